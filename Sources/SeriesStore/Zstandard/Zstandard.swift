// Compression of bytes with libzstd. Frames carry no magic number, size or checksum: what they stand in knows the size
// and has a checksum, and a column of a thousand points is so short that eight bytes count. This file and its
// neighbours are the only ones that call libzstd.

import CZstd

/// Compresses many small runs of bytes; keeps its work space from one to the next. Not for use by two at once.
@safe final class Compressor {
    /// How much CPU a column is worth.
    enum Effort {
        /// What is written again within hours, or is small.
        case quick
        /// What stays: more forms are tried, and the chosen one is packed at a higher level. Together 2 % less bytes for
        /// two and a half times the CPU.
        case thorough
    }

    let effort: Effort
    private let context: OpaquePointer
    /// Of a thorough one: for what was chosen.
    private let slow: OpaquePointer?

    /// Of columns as short as ours level 1 makes less bytes than level 3, in less time (docs/decisions/0015).
    private static let quickLevel: Int32 = 1
    private static let thoroughLevel: Int32 = 11

    init(_ effort: Effort) {
        self.effort = effort
        unsafe context = unsafe Self.context(level: Self.quickLevel)
        unsafe slow = effort == .thorough ? unsafe Self.context(level: Self.thoroughLevel) : nil
    }

    private static func context(level: Int32) -> OpaquePointer {
        guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("no memory for a zstd context") }
        unsafe Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
        unsafe Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0))
        // ZSTD_c_format = ZSTD_f_zstd1_magicless; both names need a macro that Swift does not see.
        unsafe Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam2, 1))
        return unsafe context
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
        unsafe ZSTD_freeCCtx(slow)
    }

    /// The frame of `bytes`.
    func compress(_ bytes: [UInt8]) -> [UInt8] { unsafe Self.compress(bytes, with: context) }

    /// The frame of what has been chosen to stay: with more effort than `quick`, if that is allowed.
    func compressOnce(_ bytes: [UInt8], or quick: [UInt8]) -> [UInt8] {
        guard let slow = unsafe slow else { return quick }
        let frame = unsafe Self.compress(bytes, with: slow)
        return frame.count < quick.count ? frame : quick
    }

    private static func compress(_ bytes: [UInt8], with context: OpaquePointer) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            unsafe bytes.withUnsafeBytes { source in
                let size = unsafe ZSTD_compress2(
                    context, target.baseAddress, bound, source.baseAddress, source.count)
                Self.check(size)
                count = size
            }
        }
    }

    /// Compression into a buffer of the bound's size fails only without memory.
    private static func check(_ code: Int) {
        precondition(ZSTD_isError(code) == 0, "zstd could not compress")
    }
}

/// Decompresses many frames; keeps its work space. Not for use by two at once.
@safe final class Decompressor {
    private let context: OpaquePointer

    init() {
        guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("no memory for a zstd context") }
        unsafe self.context = unsafe context
        // ZSTD_d_format = ZSTD_f_zstd1_magicless, as above.
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_experimentalParam1, 1)
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    /// The bytes of a frame that must give exactly `size` of them.
    ///
    /// - Throws: `.damaged` if the frame is not one, or gives another number of bytes.
    func decompress(_ frame: Span<UInt8>, size: Int) throws(StoreError) -> [UInt8] {
        var found = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            unsafe frame.withUnsafeBytes { source in
                let result = unsafe ZSTD_decompressDCtx(
                    context, target.baseAddress, size, source.baseAddress, source.count)
                found = ZSTD_isError(result) == 0 ? result : -1
            }
            count = found == size ? size : 0
        }
        guard found == size else { throw .damaged("a zstd frame of \(frame.count) bytes does not give \(size)") }
        return bytes
    }
}
