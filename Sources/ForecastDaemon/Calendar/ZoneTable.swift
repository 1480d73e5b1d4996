// A time zone's transitions, read from the bytes of a TZif file (RFC 8536), as found in /usr/share/zoneinfo.
//
// Pure: the caller reads the file. Version 1 files hold 32-bit times and end in 2037; for later versions the second,
// 64-bit block is used, and its footer rule (`ZoneRule`) continues beyond the last transition. Leap seconds
// ("right/" zones) are not supported: such a file is refused.

/// The offsets of a place through time.
struct ZoneTable: Sendable, Hashable {
    /// Seconds since 1970 at which the offset changes, ascending.
    private let transitions: [Int64]
    /// The offset that holds from the transition of the same index on, in seconds east of UTC.
    private let offsets: [Int64]
    /// The offset before the first transition.
    private let first: Int64
    /// What holds after the last transition.
    private let rule: ZoneRule?

    /// Reads a TZif file; nil where the bytes are none, or damaged.
    init?(tzif bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let header = reader.header() else { return nil }
        let block: Block?
        var footer: ZoneRule?
        if header.version >= 2 {
            // The first block is a courtesy to old readers: skipped.
            guard reader.skip(header.size(timeBytes: 4)), let second = reader.header() else { return nil }
            block = reader.block(second, timeBytes: 8)
            footer = reader.footer().flatMap { ZoneRule(posix: $0) }
        } else {
            block = reader.block(header, timeBytes: 4)
        }
        guard let block else { return nil }
        transitions = block.transitions
        offsets = block.offsets
        first = block.first
        rule = footer
    }

    /// Seconds east of UTC at an instant (seconds since 1970).
    func offset(at seconds: Int64) -> Int64 {
        guard let last = transitions.last else { return rule?.offset(at: seconds) ?? first }
        if seconds >= last { return rule?.offset(at: seconds) ?? offsets[offsets.count - 1] }
        var low = 0
        var high = transitions.count
        while low < high {  // first transition after the instant
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }
}

/// What a data block holds for us.
private struct Block {
    var transitions: [Int64]
    var offsets: [Int64]
    var first: Int64
}

/// The six counts of a TZif header, in file order.
private struct Header {
    var version: UInt8
    var isUT: Int, isStandard: Int, leaps: Int, times: Int, types: Int, characters: Int

    /// Bytes of the data block that follows.
    func size(timeBytes: Int) -> Int {
        times * timeBytes + times + types * 6 + characters + leaps * (timeBytes + 4) + isStandard + isUT
    }
}

/// Walks over the bytes; every read is checked, because a zone file belongs to the outside world.
private struct Reader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, position + count <= bytes.count else { return false }
        position += count
        return true
    }

    /// A big-endian two's complement number.
    mutating func number(_ width: Int) -> Int64? {
        guard position + width <= bytes.count else { return nil }
        var value: Int64 = bytes[position] >= 0x80 ? -1 : 0
        for k in 0..<width { value = (value << 8) | Int64(bytes[position + k]) }
        position += width
        return value
    }

    mutating func header() -> Header? {
        guard position + 44 <= bytes.count, Array(bytes[position..<position + 4]) == Array("TZif".utf8) else {
            return nil
        }
        let version = bytes[position + 4]
        position += 20
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let n = number(4), n >= 0, n <= 100_000 else { return nil }
            counts.append(Int(n))
        }
        return Header(
            version: version == 0 ? 1 : version &- 0x30, isUT: counts[0], isStandard: counts[1], leaps: counts[2],
            times: counts[3], types: counts[4], characters: counts[5])
    }

    mutating func block(_ header: Header, timeBytes: Int) -> Block? {
        guard header.types > 0, header.leaps == 0, position + header.size(timeBytes: timeBytes) <= bytes.count
        else { return nil }
        var times: [Int64] = []
        for _ in 0..<header.times {
            guard let t = number(timeBytes) else { return nil }
            if let last = times.last, t < last { return nil }
            times.append(t)
        }
        let kinds = bytes[position..<position + header.times].map { Int($0) }
        position += header.times
        var utcOffsets: [Int64] = []
        var daylight: [Bool] = []
        for _ in 0..<header.types {
            guard let offset = number(4), abs(offset) < 200_000 else { return nil }
            utcOffsets.append(offset)
            daylight.append(bytes[position] != 0)
            position += 2
        }
        guard kinds.allSatisfy({ $0 < utcOffsets.count }) else { return nil }
        position += header.characters + header.isStandard + header.isUT
        let first = daylight.firstIndex(of: false) ?? 0
        return Block(transitions: times, offsets: kinds.map { utcOffsets[$0] }, first: utcOffsets[first])
    }

    /// The text between two newlines at the end of the file.
    mutating func footer() -> String? {
        guard position < bytes.count, bytes[position] == 0x0A else { return nil }
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: 0x0A) else { return nil }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
