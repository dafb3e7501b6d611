# SPDX-License-Identifier: GPL-2.0-only
"""What the stub says of itself: `dmarelay inspect --json`, run and saved by the kdump kernel."""

import json
import os


class Report:
    """Outcome "none" and nothing in it, if the stub handed nothing over."""

    def __init__(self, path):
        self.json = {}
        if os.path.exists(path) and os.path.getsize(path):
            with open(path, encoding="utf-8") as file:
                self.json = json.load(file)
        self.outcome = self.json.get("outcome", "none")
        self.reason = self.json.get("reason", "none")
        self.mode = self.json.get("mode", "none")
        self.hide_reason = self.json.get("hide_reason", "none")
        self.sound = self.json.get("digest_ok", False)
        # Where the memory that the kdump kernel must keep off ends
        self.end = int(self.json.get("base", "0"), 0) + self.json.get("arena_bytes", 0)
        self.records = self.json.get("records", [])
        self.functions = self.json.get("functions", [])
        self.quarantined = self.json.get("quarantined", len(self.records))
        self.tables_copied = self.json.get("tables_copied", 0)
        self.bytes_copied = self.json.get("bytes_copied", 0)
        self.stub_us = self.json.get("timing", {})
        self.total_us = sum(self.stub_us.values())
        self.in_place = sum(unit["dma"]["in_place"] for unit in self.json.get("units", []))
