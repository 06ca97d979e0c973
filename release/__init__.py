"""What a release is made with: the sizes of its zips, the list of what is in them, and the locks of the tools."""
