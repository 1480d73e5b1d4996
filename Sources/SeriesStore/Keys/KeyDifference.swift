// Keys in few bytes. The series of one agent are called alike: the same name with another mode, device or host. Such a
// key is kept as what is different in it from another key, its base, which is kept whole: one step, so that plain SQL
// can undo it (view `v_series`). Bytes: docs/format/key.md.

/// A key as the middle that it does not share with its base.
enum KeyDifference {
    /// p, s and the middle: the first p bytes of the base, the middle, and the last s bytes of the base are the key.
    static func encode(_ key: [UInt8], base: [UInt8]) -> [UInt8] {
        let most = min(key.count, base.count, 255)
        var prefix = 0
        while prefix < most, key[prefix] == base[prefix] { prefix += 1 }
        let left = min(most, min(key.count, base.count) - prefix)
        var suffix = 0
        while suffix < left, key[key.count - 1 - suffix] == base[base.count - 1 - suffix] { suffix += 1 }
        return [UInt8(prefix), UInt8(suffix)] + key[prefix..<key.count - suffix]
    }

    /// The inverse.
    static func decode(_ bytes: [UInt8], base: [UInt8]) throws(StoreError) -> [UInt8] {
        guard bytes.count >= 2, Int(bytes[0]) + Int(bytes[1]) <= base.count else {
            throw .damaged("a key that does not fit its base")
        }
        return base.prefix(Int(bytes[0])) + bytes.dropFirst(2) + base.suffix(Int(bytes[1]))
    }

    /// The shortest difference from one of some bases; nil if none saves two fifths of the key.
    static func shortest<ID>(_ key: [UInt8], among bases: [(id: ID, key: [UInt8])]) -> (base: ID, bytes: [UInt8])? {
        var best: (base: ID, bytes: [UInt8])?
        for (id, base) in bases {
            let bytes = encode(key, base: base)
            if bytes.count * 5 <= key.count * 3, bytes.count < best?.bytes.count ?? .max { best = (id, bytes) }
        }
        return best
    }
}
