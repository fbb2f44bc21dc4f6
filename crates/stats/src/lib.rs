//! Statistics on slices.
