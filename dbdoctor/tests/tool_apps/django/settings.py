"""Only what migrations need."""

import os
from urllib.parse import urlsplit

_place = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _place.path[1:],
        "USER": _place.username,
        "PASSWORD": _place.password,
        "HOST": _place.hostname,
        "PORT": _place.port,
    }
}
INSTALLED_APPS = ["notes"]
USE_TZ = True
