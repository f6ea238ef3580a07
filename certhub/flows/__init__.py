"""The five stories: issue, show, verify, query, revoke; and import, which is issue told many times.

A flow reads, decides, writes. It knows no SQL, no HTTP and no cryptography. Each file opens with its numbered
trip and carries the numbers in its body; before each number it calls `hub.step`, where a drill may pull the plug.
"""
