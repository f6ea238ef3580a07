"""What a hub does, one file for each trip, one folder for each family of trips.

A flow reads, decides, writes. It knows no SQL, no HTTP and no cryptography. Each file opens with its numbered
trip and carries the numbers in its body; before each number it calls `hub.step`, where a drill may pull the plug.
"""
