"""Certificates (证照): the legal record that an agency made for a holder, and its life."""
