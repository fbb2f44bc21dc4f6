"""Scorecards of every unit in the last months of a server: python3 places.py ADDRESS [MONTHS] → paths.txt."""

import re
import sys

import requests

ADDRESS, MONTHS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2
with open("cookies.txt", encoding="utf-8") as file:
    cookie = {"evenkeel": file.readline().strip()}
page = requests.get(ADDRESS + "/", cookies=cookie)
period = re.search(r"period=(\d{4})-(\d{2})", page.text)
year, month = int(period.group(1)), int(period.group(2))
units = requests.get(ADDRESS + "/api/v1/organisation", cookies=cookie).json()
paths = []
for unit in units["data"]["units"]:
    for back in range(MONTHS):
        at = year * 12 + month - 1 - back
        paths.append(f"/scorecard/{unit['id']}?period={at // 12}-{at % 12 + 1:02}")
with open("paths.txt", "w", encoding="utf-8") as file:
    file.write("\n".join(paths) + "\n")
print(f"{len(paths)} pages")
