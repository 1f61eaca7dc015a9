//! Classes of addresses: a public site must not send the probe into the local network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Public,
    /// Private, shared, unique-local, or otherwise not routed on the internet.
    Private,
    Loopback,
    /// Link-local, where cloud machines keep their metadata service.
    LinkLocal,
}

pub(super) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(v4: Ipv4Addr) -> Reach {
    let [a, b, c, _] = v4.octets();
    match (a, b, c) {
        // 0/8 "this host" reaches the loopback on Linux.
        (0 | 127, ..) => Reach::Loopback,
        (169, 254, _) => Reach::LinkLocal,
        (10 | 224.., ..)
        | (172, 16..=31, _)
        | (100, 64..=127, _)
        | (192, 168, _)
        | (192, 0, 0)
        | (198, 18 | 19, _) => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(v6: Ipv6Addr) -> Reach {
    if let Some(v4) = embedded_v4(v6) {
        return reach_v4(v4);
    }
    let first = v6.segments()[0];
    if v6.is_loopback() || v6.is_unspecified() {
        Reach::Loopback
    } else if first & 0xffc0 == 0xfe80 {
        Reach::LinkLocal
    } else if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0 || first & 0xff00 == 0xff00 {
        Reach::Private
    } else {
        Reach::Public
    }
}

/// IPv4 inside IPv6: mapped, compatible, NAT64 (`64:ff9b::/96`) and 6to4 (`2002::/16`).
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = v6.segments();
    let low = Ipv4Addr::from((u32::from(s[6]) << 16) | u32::from(s[7]));
    match s {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(low),
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Some(low),
        [0x2002, a, b, ..] => Some(Ipv4Addr::from((u32::from(a) << 16) | u32::from(b))),
        _ => None,
    }
}

/// Whether a redirect may lead from `from` to `to`. `None` as origin: unknown (through a proxy),
/// treated as public.
pub(super) fn may_follow(from: Option<IpAddr>, to: IpAddr) -> bool {
    let origin = from.map_or(Reach::Public, reach);
    match reach(to) {
        Reach::Public => true,
        Reach::Loopback => origin == Reach::Loopback,
        Reach::Private => matches!(origin, Reach::Private | Reach::Loopback),
        // Only a link-local site may name its own address again.
        Reach::LinkLocal => from == Some(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn classes() {
        for (text, expected) in [
            ("93.184.216.34", Reach::Public),
            ("127.0.0.2", Reach::Loopback),
            ("0.0.0.0", Reach::Loopback),
            ("10.1.2.3", Reach::Private),
            ("172.16.0.1", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.1.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("100.128.0.1", Reach::Public),
            ("169.254.169.254", Reach::LinkLocal),
            ("::1", Reach::Loopback),
            ("::ffff:10.0.0.1", Reach::Private),
            ("::ffff:169.254.169.254", Reach::LinkLocal),
            ("64:ff9b::7f00:1", Reach::Loopback),
            ("2002:a00:1::", Reach::Private),
            ("fe80::1", Reach::LinkLocal),
            ("fd00:ec2::254", Reach::Private),
            ("2606:4700::1", Reach::Public),
        ] {
            assert_eq!(reach(ip(text)), expected, "{text}");
        }
    }

    #[test]
    fn public_sites_stay_public() {
        let public = Some(ip("93.184.216.34"));
        assert!(may_follow(public, ip("1.1.1.1")));
        assert!(!may_follow(public, ip("127.0.0.1")));
        assert!(!may_follow(public, ip("10.0.0.1")));
        assert!(!may_follow(None, ip("10.0.0.1")));
        assert!(!may_follow(Some(ip("127.0.0.1")), ip("169.254.169.254")));
        assert!(may_follow(Some(ip("127.0.0.1")), ip("127.0.0.1")));
        assert!(may_follow(Some(ip("10.0.0.1")), ip("10.0.0.2")));
    }
}
