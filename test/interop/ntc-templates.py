"""Network to Code's templates read listings as tools for IOS do. Input: {command: listing} as JSON; output: {command: records}."""
import json
import sys

sys.path[:0] = sys.argv[1:]

from ntc_templates.parse import parse_output

listings = json.load(sys.stdin)
print(json.dumps({command: parse_output("cisco_ios", command, listing) for command, listing in listings.items()}))
