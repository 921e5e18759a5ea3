"""Events of holders, numbered without gaps. History, live streams and replay read this one table."""
