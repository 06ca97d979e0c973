//! Ranges of addresses, as conditions write them.
//!
//! Source of how they are read: captures of IAM at work (September 2026), radkawar/stackd `testdata/aws/iam/condition_ip.json`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A range of addresses in CIDR notation; a lone address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    /// 32 bits or 128, at the low end.
    bits: u128,
    width: u32,
    prefix: u32,
}

impl Range {
    /// `None`: AWS would not read it as a range.
    fn read(value: &str) -> Option<Self> {
        let (address, prefix) = match value.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (value, None),
        };
        let (bits, width) = if address.contains(':') {
            (address.parse::<Ipv6Addr>().ok()?.to_bits(), 128)
        } else {
            (u128::from(v4(address)?.to_bits()), 32)
        };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then_some(Self { bits, width, prefix })
    }

    /// What tells one range of this length from another.
    fn network(self, prefix: u32) -> u128 {
        self.bits.checked_shr(self.width.saturating_sub(prefix)).unwrap_or(0)
    }

    fn holds(self, other: Self) -> bool {
        self.width == other.width
            && self.prefix <= other.prefix
            && self.network(self.prefix) == other.network(self.prefix)
    }

    /// Bits behind the prefix: IAM passes over them in IPv4, and such a range of IPv6 matches nothing (captured).
    fn has_host_bits(self) -> bool {
        let host = self.width.saturating_sub(self.prefix);
        self.network(self.prefix).checked_shl(host).unwrap_or(0) != self.bits
    }
}

/// Zeros in front of a number count for nothing (captured).
fn v4(address: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = address.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        *octet = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u8>().ok())??;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

pub(in crate::policy) fn is_range(value: &str) -> bool {
    Range::read(value).is_some()
}

/// Whether the ranges hold every IPv4 and every IPv6 address.
pub(in crate::policy) fn cover_everything(values: &[String]) -> bool {
    let covers = |width| {
        values
            .iter()
            .filter_map(|value| Range::read(value))
            .any(|range| range.width == width && range.prefix == 0 && matches_anything(range))
    };
    covers(32) && covers(128)
}

fn matches_anything(range: Range) -> bool {
    range.width == 32 || !range.has_host_bits()
}

/// Whether all of `smaller` lies in `range`.
pub(in crate::policy) fn holds(range: &str, smaller: &str) -> bool {
    match (Range::read(range), Range::read(smaller)) {
        (Some(range), Some(smaller)) => matches_anything(range) && range.holds(smaller),
        (None, _) | (_, None) => false,
    }
}

/// Whether no address lies in both.
pub(in crate::policy) fn are_apart(one: &str, other: &str) -> bool {
    match (Range::read(one), Range::read(other)) {
        (Some(one), Some(other)) => !one.holds(other) && !other.holds(one),
        (None, _) | (_, None) => false,
    }
}

/// Why no request comes from a range over the Internet; `None` if one may.
///
/// Documentation ranges (192.0.2.0/24 and the like) are left out: nobody's requests come from there either, but they stand
/// for real ones wherever a policy was made anonymous.
/// Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries; AWS IAM User Guide, "AWS global condition context keys",
/// aws:SourceIp (a public address; through a VPC endpoint the key is not there).
pub(in crate::policy) fn never_on_the_internet(value: &str) -> Option<&'static str> {
    const PRIVATE: [&str; 8] = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    ];
    const NOBODYS: [&str; 6] = ["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "ff00::/8"];
    let range = Range::read(value)?;
    if !matches_anything(range) {
        return Some("a range of IPv6 with bits behind its prefix matches nothing");
    }
    let is_within = |ranges: &[&str]| ranges.iter().any(|known| holds(known, value));
    if is_within(&PRIVATE) {
        return Some("aws:SourceIp is a public address, never a private one");
    }
    is_within(&NOBODYS).then_some("nobody has such an address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_ranges_no_request_comes_from() {
        for range in
            ["10.1.0.0/16", "172.31.0.0/16", "192.168.1.6/32", "0.0.0.0/32", "255.255.255.255", "fd00::/8", "::1"]
        {
            assert!(never_on_the_internet(range).is_some(), "{range}");
        }
        for range in ["0.0.0.0/0", "172.0.0.0/8", "54.240.143.0/24", "2001:db8::/32", "::/0", "0.0.0.0/1", "192.0.2.1"]
        {
            assert_eq!(never_on_the_internet(range), None, "{range}");
        }
        assert!(never_on_the_internet("2001:db8::5/64").is_some());
    }

    #[test]
    fn ranges_hold_each_other_or_lie_apart() {
        assert!(holds("192.0.2.0/24", "192.0.2.128/25") && holds("192.0.2.7/24", "192.0.2.1"));
        assert!(!holds("192.0.2.128/25", "192.0.2.0/24") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(are_apart("192.0.2.0/25", "192.0.2.128/25") && are_apart("0.0.0.0/0", "::/0"));
        assert!(!are_apart("192.0.2.0/24", "192.0.2.128/25"));
        let all = |values: &[&str]| cover_everything(&values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>());
        assert!(all(&["0.0.0.0/0", "::/0"]) && all(&["0.0.0.0/0", "0::0/0"]) && all(&["192.0.2.1/0", "::/0"]));
        assert!(!all(&["0.0.0.0/0"]) && !all(&["0.0.0.0/0", "2001:db8::1/0"]));
    }

    #[test]
    fn reads_what_iam_reads_and_nothing_else() {
        for range in ["192.000.002.0/24", "192.0.2.0/024", "192.0.2.0/+24", "192.0.2.1", "2001:DB8::/32"] {
            assert!(is_range(range), "{range}");
        }
        for wrong in
            ["", "192.0.2", "192.0.2.0.1", "192.0.2.256", "192.0.2.0/33", "192.0.2.0/", "::/129", "x", "1.+2.3.4"]
        {
            assert!(!is_range(wrong), "{wrong}");
        }
    }
}
