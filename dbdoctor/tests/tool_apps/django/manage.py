"""Django's own command line."""

import os
import sys

from django.core.management import execute_from_command_line  # type: ignore[import-untyped]  # Django brings no types

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line(sys.argv)
