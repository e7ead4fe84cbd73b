"""What a record of parameters is: containers, leaves, walks, and the vector space they form."""
