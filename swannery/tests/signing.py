"""An app that signs: keys of each kind, tokens as libraries make them, and forgeries."""

import base64
import hashlib
import hmac
import json
import time
import warnings
from typing import Any

from joserfc import jwt
from joserfc.jwk import Key, OctKey, OKPKey, RSAKey

ISSUER, AUDIENCE = "https://app.example", "https://people.app.example"
SECRET = "a secret of the app that is long enough for HS256"
RSA, OTHER_RSA = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
ED = OKPKey.generate_key("Ed25519")
SIGNERS: dict[str, Key] = {"HS256": OctKey.import_key(SECRET), "RS256": RSA, "EdDSA": ED}


def public_pem(key: RSAKey | OKPKey) -> str:
    return key.as_pem(private=False).decode()


def jwks(**keys: RSAKey | OKPKey) -> str:
    return json.dumps({"keys": [{**key.as_dict(private=False), "kid": name} for name, key in keys.items()]})


def claims(**changes: Any) -> dict[str, Any]:
    """Return what a good token says now; a change to None leaves a claim out."""
    now = int(time.time())
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "2",
        "jti": base64.b64encode(hashlib.sha256(str(time.time_ns()).encode()).digest()).decode(),
    }
    return {name: value for name, value in {**usual, "iat": now, "exp": now + 60, **changes}.items() if value is not None}


def token(algorithm: str = "HS256", *, key: Key | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return a token of the app."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode({"alg": algorithm, **(header or {})}, claims(**changes), key or SIGNERS[algorithm], algorithms=[algorithm])


def forged(header: dict[str, Any], *, secret: bytes = b"", **changes: Any) -> str:
    """Return a token made by hand, for what no library makes."""
    body = ".".join(_part(json.dumps(part).encode()) for part in (header, claims(**changes)))
    return f"{body}.{_part(hmac.digest(secret, body.encode(), 'sha256')) if secret else ''}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
