"""`autoal-gui evaluate`: data sets x methods x seeds, what they tell, and a page that tells it."""
