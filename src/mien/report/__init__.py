"""Results as one self-contained HTML page."""

from mien.report.content import EventDetail as EventDetail
from mien.report.content import ExportRoute as ExportRoute
from mien.report.content import LoopRow as LoopRow
from mien.report.content import Refusal as Refusal
from mien.report.content import ReportContent as ReportContent
from mien.report.content import SourceFacts as SourceFacts
from mien.report.content import StageTiming as StageTiming
from mien.report.content import TruthRow as TruthRow
from mien.report.page import report_html as report_html
from mien.report.page import write_report as write_report
from mien.report.timeline import quiet_units as quiet_units
from mien.report.timeline import timeline_svg as timeline_svg

__all__ = [
    "EventDetail",
    "ExportRoute",
    "LoopRow",
    "Refusal",
    "ReportContent",
    "SourceFacts",
    "StageTiming",
    "TruthRow",
    "quiet_units",
    "report_html",
    "timeline_svg",
    "write_report",
]
