"""Whoever reads German is refused in German, too; programs are told in English."""

import pytest
from town import Browser, Town

pytestmark = pytest.mark.anyio
GERMAN = {"Accept-Language": "de"}


async def german(browser: Browser, path: str, **fields: str) -> str:
    answer = await browser.post(path, headers=GERMAN, **fields)
    return answer.text


async def test_forms_say_in_german_what_is_wrong(town: Town) -> None:
    async with town.browser("owner") as browser:
        assert "Schreib zuerst etwas." in await german(browser, "/posts", text=" ", audience="members")
        assert "3 Zeichen zu viel; 5000 passen hinein." in await german(browser, "/posts", text="x" * 5003, audience="members")
        poll = await german(browser, "/posts", text="", kind="poll", audience="members", about_option_1="Ja")
        assert "Gib mindestens zwei Möglichkeiten an." in poll
        workout = await german(browser, "/posts", kind="workout", audience="members", about_title="Rudern", about_minutes="viel")
        assert "„viel“ ist keine ganze Zahl." in workout
        assert "Gib dem Album einen Namen." in await german(browser, "/posts", kind="album", audience="members")
        circle = await german(browser, "/circles", name="")
        assert "Gib einen Namen an." in circle
        link = await german(browser, "/settings/profile", links="no address")
        assert "no address ist keine Adresse, die sich verlinken lässt." in link


async def test_whole_pages_and_words_on_a_page_do_too(town: Town) -> None:
    async with town.browser("owner") as browser, town.browser(None) as stranger:
        page = await browser.get("/posts/999999", **GERMAN)
        assert "Das gibt es hier nicht, oder es ist nicht für dich." in page.text
        part = await browser.get("/posts/999999", **GERMAN, **{"HX-Request": "true"})
        assert "Das gibt es hier nicht, oder es ist nicht für dich." in part.text
        entry = await stranger.post("/sign-in", headers=GERMAN, identifier="owner", password="wrong")
        assert "Dieser Name und dieses Passwort gehören nicht zusammen." in entry.text
        picture = await browser.client.post(
            "/settings/pictures/face", data={"_csrf_token": browser.token}, files={"picture": ("x", b"no", "image/png")}, headers=GERMAN
        )
        assert "Das ist kein lesbares Bild. JPEG, PNG, WebP und GIF gehen." in picture.text
        several = await browser.client.post(
            "/posts/pictures", data={"_csrf_token": browser.token, "then": "add"}, files={"files": ("x.png", b"no")}, headers=GERMAN
        )
        assert "x.png: Das ist kein lesbares Bild." in several.text


async def test_programs_are_told_in_english(town: Town) -> None:
    async with town.browser("owner", api=True) as api:
        answer = await api.client.post("/api/v1/posts", json={"text": " "}, headers=GERMAN)
    assert (answer.status_code, answer.json()["errors"]) == (422, {"text": "Write something first."})
