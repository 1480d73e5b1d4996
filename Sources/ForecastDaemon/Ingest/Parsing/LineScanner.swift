// Reading bytes eight at a time: the innermost loops of the line protocol.
//
// A byte-by-byte loop over a span costs 0.09 s of CPU per million one-field lines, eight bytes at a time half of
// that. Every load is still bounds-checked (`unsafe` is about the type of the bytes, and any bytes are a UInt64), so
// a mistake here traps and never reads a neighbour's memory. Nothing here knows the grammar beyond single bytes.

/// Searches and comparisons over raw bytes, eight at a time. All offsets are into the span given.
enum LineScanner {
    /// The raw bytes of an array for the time of the call. (`Span.bytes` is unsafe because elements of other types
    /// have padding that was never written; a byte has none.)
    @inline(__always)
    static func withBytes<Result>(of array: [UInt8], _ body: (RawSpan) -> Result) -> Result {
        unsafe body(array.span.bytes)
    }

    /// The byte at `at`. Traps outside the span.
    @inline(__always)
    static func byte(_ bytes: RawSpan, _ at: Int) -> UInt8 {
        unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
    }

    /// The eight bytes from `at` on, the first in the lowest bits; zeros beyond the end of the span.
    @inline(__always)
    static func word(_ bytes: RawSpan, _ at: Int) -> UInt64 {
        if at &+ 8 <= bytes.byteCount {
            return unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        return partialWord(bytes, at)
    }

    @inline(never)
    private static func partialWord(_ bytes: RawSpan, _ at: Int) -> UInt64 {
        var word: UInt64 = 0
        var index = bytes.byteCount
        while index > at {
            index &-= 1
            word = word &<< 8 | UInt64(byte(bytes, index))
        }
        return word
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// High bits set where `word` has `byte`. Exact up to and with the lowest one, which is all that is used
    /// (a borrow can only reach bytes above a true match).
    @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highs
    }

    /// The first of the bytes given, from `at` on; nil where there is none.
    static func first(_ wanted: UInt8, in bytes: RawSpan, from at: Int) -> Int? {
        var index = at
        while index < bytes.byteCount {
            let found = matches(word(bytes, index), wanted)
            if found != 0 {
                let position = index &+ found.trailingZeroBitCount / 8
                return position < bytes.byteCount ? position : nil
            }
            index &+= 8
        }
        return nil
    }

    /// The last newline at or after `at`, nil where there is none. Cheap where the end is near one.
    static func lastNewline(in bytes: RawSpan, from at: Int) -> Int? {
        var index = bytes.byteCount
        while index > at {
            index &-= 1
            if byte(bytes, index) == UInt8(ascii: "\n") { return index }
        }
        return nil
    }

    /// The first space that no backslash precedes, or the newline that comes before it.
    ///
    /// - Precondition: there is a newline at or after `at`.
    @inline(__always)
    static func endOfSeries(_ bytes: RawSpan, from at: Int) -> Int {
        var index = at
        while true {
            let word = word(bytes, index)
            let found =
                matches(word, UInt8(ascii: " ")) | matches(word, UInt8(ascii: "\n")) | matches(word, UInt8(ascii: "\\"))
            guard found != 0 else {
                index &+= 8
                continue
            }
            index &+= found.trailingZeroBitCount / 8
            guard byte(bytes, index) == UInt8(ascii: "\\") else { return index }
            index &+= byte(bytes, index &+ 1) == UInt8(ascii: " ") ? 2 : 1
        }
    }

    /// The first `=`, comma or space that no backslash precedes, or the newline that comes before them.
    ///
    /// - Precondition: there is a newline at or after `at`.
    @inline(__always)
    static func endOfFieldName(_ bytes: RawSpan, from at: Int) -> Int {
        var index = at
        while true {
            let word = word(bytes, index)
            let found =
                matches(word, UInt8(ascii: "=")) | matches(word, UInt8(ascii: ",")) | matches(word, UInt8(ascii: " "))
                | matches(word, UInt8(ascii: "\n")) | matches(word, UInt8(ascii: "\\"))
            guard found != 0 else {
                index &+= 8
                continue
            }
            index &+= found.trailingZeroBitCount / 8
            guard byte(bytes, index) == UInt8(ascii: "\\") else { return index }
            let next = byte(bytes, index &+ 1)
            let isEscape = next == UInt8(ascii: "=") || next == UInt8(ascii: ",") || next == UInt8(ascii: " ")
            index &+= isEscape ? 2 : 1
        }
    }

    /// Whether `count` bytes of `a` from `first` on are those of `b` from `second` on. Traps outside either span.
    @inline(__always)
    static func equal(_ a: RawSpan, _ first: Int, _ b: RawSpan, _ second: Int, count: Int) -> Bool {
        var index = 0
        while index &+ 8 <= count {
            if word(a, first &+ index) != word(b, second &+ index) { return false }
            index &+= 8
        }
        if index == count { return true }
        let mask = (1 as UInt64) &<< UInt64(8 &* (count &- index)) &- 1
        return (word(a, first &+ index) ^ word(b, second &+ index)) & mask == 0
    }

    /// Whether the bytes at `range` are those of `array`.
    static func equal(_ bytes: RawSpan, _ range: Range<Int>, _ array: [UInt8]) -> Bool {
        range.count == array.count && equal(bytes, range, array, from: 0)
    }

    /// Whether the bytes at `range` are those of `array` from `start` on. Traps where the array ends before.
    @inline(__always)
    static func equal(_ bytes: RawSpan, _ range: Range<Int>, _ array: [UInt8], from start: Int) -> Bool {
        withBytes(of: array) { equal(bytes, range.lowerBound, $0, start, count: range.count) }
    }

    /// A 64-bit hash of `count` bytes from `at` on, for tables in memory only: it depends on `seed`, so that nobody
    /// outside can choose bytes that collide. One widening multiplication for eight bytes.
    @inline(__always)
    static func hash(_ bytes: RawSpan, _ at: Int, count: Int, seed: UInt64) -> UInt64 {
        var state = seed ^ UInt64(truncatingIfNeeded: count)
        var index = 0
        while index &+ 8 <= count {
            state = folded(state ^ word(bytes, at &+ index))
            index &+= 8
        }
        if index < count {
            let mask = (1 as UInt64) &<< UInt64(8 &* (count &- index)) &- 1
            state = folded(state ^ (word(bytes, at &+ index) & mask))
        }
        return folded(state ^ seed)
    }

    @inline(__always)
    private static func folded(_ value: UInt64) -> UInt64 {
        // An odd constant with no pattern (the golden ratio's fraction, 2^64 / phi); the 128-bit product is folded.
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
