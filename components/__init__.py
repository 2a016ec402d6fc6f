"""What a platform is made of: one folder for each capability, one module for each kind of site."""
