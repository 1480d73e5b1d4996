// Reads integers out of bytes, little-endian, at any alignment. This is the one place where the store loads a word
// from memory that is not an array of that word; the load is bounds-checked, and only its alignment is not.

extension Span<UInt8> {
    /// The integer whose bytes stand at `offset`, least significant first.
    ///
    /// - Precondition: `offset + size <= count`; checked, also in release builds.
    @inline(__always)
    func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type) -> T {
        T(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }
}
