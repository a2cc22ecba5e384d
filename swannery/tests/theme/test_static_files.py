import json
import re

from swannery.theme.static_files import STYLE_SHEETS, StaticFile, StaticFiles, theme_static_files

HTMX = "htmx.min.js"
LIMIT_BYTES = 120_000


def test_a_file_is_found_under_its_own_url(static: StaticFiles) -> None:
    for name in static.names:
        assert static.find(static.url(name).removeprefix("/static/")) is not None


def test_a_wrong_hash_or_name_finds_nothing(static: StaticFiles) -> None:
    right = static.url("site.css").removeprefix("/static/")
    for path in ("", "site.css", "000000000000/site.css", right + "x", "../" + right, right.replace("/", "//")):
        assert static.find(path) is None


def test_another_content_gets_another_url() -> None:
    urls = {StaticFiles({"a": StaticFile(body=body, content_type="text/plain")}).url("a") for body in (b"one", b"two")}
    assert len(urls) == 2


def test_the_manifest_carries_the_name_of_the_site_and_an_icon_that_exists() -> None:
    static = theme_static_files(site_name="Fünf & Freunde")
    found = static.find(static.url("site.webmanifest").removeprefix("/static/"))
    assert found is not None
    manifest = json.loads(found.body)
    assert manifest["name"] == "Fünf & Freunde"
    assert static.find(manifest["icons"][0]["src"].removeprefix("/static/")) is not None


def test_our_own_styles_and_scripts_stay_small(static: StaticFiles) -> None:
    ours = [static.find(static.url(name).removeprefix("/static/")) for name in static.names - {HTMX}]
    assert sum(len(file.body) for file in ours if file) < LIMIT_BYTES


def test_the_style_sheet_fetches_nothing_and_names_every_token_it_uses(static: StaticFiles) -> None:
    found = static.find(static.url("site.css").removeprefix("/static/"))
    assert found is not None
    css = found.body.decode()
    assert "@import" not in css
    assert "url(" not in css
    assert css.count("{") == css.count("}")
    set_by_script = {"--keyboard"}
    assert set(re.findall(r"var\((--[\w-]+)", css)) - set(re.findall(r"(--[\w-]+):", css)) == set_by_script
    assert len(STYLE_SHEETS) == len(set(STYLE_SHEETS))
