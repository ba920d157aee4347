"""City layers: any other city data laid over the map."""
