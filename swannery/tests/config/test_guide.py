"""What the guide shows is what the program reads."""

import re

from swannery.config import parse_config
from tools.source_files import ROOT

GUIDE = ROOT / "docs" / "guides" / "deploying.md"


def test_the_guides_example_is_a_valid_configuration() -> None:
    block = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    config = parse_config(block[1], source="the guide")
    assert (config.site.name, config.users.key_type, config.activities[0].member) == ("Northside Strength", "integer", "userId")
