"""What goes on beside the requests.

table       every job: its name, how often, whether one process at a time does it, what one step does
runner      the loop that does them all, and the one step that a command or a test asks for

clocks  status_lists  peer_lists  sweeping     what the jobs do, each callable alone
"""
