// From a zone's name, as the configuration writes it, to its rules.
//
// Which file that is belongs here; opening it does not: the caller passes a function that reads a file, so that this
// stays testable and the one place with I/O is the composition root.

extension LocalTime {
    /// The zone of a name: `local` (the `TZ` variable if it is set, else /etc/localtime), `UTC`, or a name of the
    /// IANA database such as `Europe/Berlin`.
    ///
    /// - Parameters:
    ///   - environment: the value of `TZ`, if there is one.
    ///   - read: the bytes of a file, nil if it cannot be read.
    /// - Returns: nil if the name is unknown on this host. The caller says so, and uses UTC.
    static func named(
        _ name: String, environment: String? = nil, read: (_ path: String) -> [UInt8]?
    ) -> LocalTime? {
        switch name {
        case "UTC", "utc", "Z": return .utc
        case "local":
            if let tz = environment, !tz.isEmpty {
                return posixOrNamed(tz.hasPrefix(":") ? String(tz.dropFirst()) : tz, read: read)
            }
            // A host without /etc/localtime runs on UTC (localtime(5)).
            guard let bytes = read("/etc/localtime") else { return .utc }
            return ZoneTable(tzif: bytes).map { .zone($0) }
        default: return posixOrNamed(name, read: read)
        }
    }

    private static func posixOrNamed(_ name: String, read: (String) -> [UInt8]?) -> LocalTime? {
        if name == "UTC" { return .utc }
        // A name must not lead out of the folder; an absolute path is what TZ allows.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(".."), !name.isEmpty else { return nil }
        let path = name.hasPrefix("/") ? name : "/usr/share/zoneinfo/" + name
        return read(path).flatMap { ZoneTable(tzif: $0) }.map { .zone($0) }
    }
}
