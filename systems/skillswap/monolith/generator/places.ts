/** Where people are, and which clock is on their wall. */
export const PLACES = [
  { city: 'Berlin', zone: 'Europe/Berlin', latitude: 52.52, longitude: 13.405 },
  { city: 'London', zone: 'Europe/London', latitude: 51.507, longitude: -0.128 },
  { city: 'Lisboa', zone: 'Europe/Lisbon', latitude: 38.722, longitude: -9.139 },
  { city: 'Warszawa', zone: 'Europe/Warsaw', latitude: 52.23, longitude: 21.012 },
  { city: 'New York', zone: 'America/New_York', latitude: 40.713, longitude: -74.006 },
  { city: 'São Paulo', zone: 'America/Sao_Paulo', latitude: -23.551, longitude: -46.633 },
  { city: 'Nairobi', zone: 'Africa/Nairobi', latitude: -1.292, longitude: 36.822 },
  { city: 'Bengaluru', zone: 'Asia/Kolkata', latitude: 12.972, longitude: 77.594 },
  { city: 'Tokyo', zone: 'Asia/Tokyo', latitude: 35.677, longitude: 139.65 },
  { city: 'Sydney', zone: 'Australia/Sydney', latitude: -33.869, longitude: 151.209 },
] as const;
