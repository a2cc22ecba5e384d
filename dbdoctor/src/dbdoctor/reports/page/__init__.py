"""The report as one HTML page: a map of the tables concerned, the causes, the plan and its locks. No script, nothing from elsewhere."""

from dbdoctor.reports.page.document import html_page
from dbdoctor.reports.page.report import Report

__all__ = ["Report", "html_page"]
