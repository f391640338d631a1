"""pytest by its JUnit report: the share of the tests in it that neither failed nor were skipped."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET


def evaluate(folder):
    report = os.path.join(tempfile.mkdtemp(), "report.xml")
    command = [sys.executable, "-m", "pytest", "-q", "tests", f"--junit-xml={report}"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=15)
    if not os.path.exists(report):
        return 0.0, -1
    suite = ET.parse(report).getroot().find("testsuite")
    total, *bad = (int(suite.get(name)) for name in ("tests", "errors", "failures", "skipped"))
    seconds = sum(float(case.get("time")) for case in suite.iter("testcase"))
    return (total - sum(bad)) / total if total else 0.0, seconds
