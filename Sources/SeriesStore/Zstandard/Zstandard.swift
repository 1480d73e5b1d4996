// Compression of bytes with libzstd. Frames carry no magic number, size or checksum: what they stand in knows the size
// and has a checksum, and a column of a thousand points is so short that eight bytes count. This file and its
// neighbours are the only ones that call libzstd.

import CZstd

/// Compresses many small runs of bytes; keeps its work space from one to the next. Not for use by two at once.
@safe final class Compressor {
    private let context: OpaquePointer

    /// - Parameter level: 1 for the journal, 3 for segments: higher ones gain 3 to 4 % for several times the CPU.
    init(level: Int32) {
        guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("no memory for a zstd context") }
        unsafe self.context = unsafe context
        unsafe Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
        unsafe Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0))
        // ZSTD_c_format = ZSTD_f_zstd1_magicless; both names need a macro that Swift does not see.
        unsafe Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam2, 1))
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    /// The frame of `bytes`.
    func compress(_ bytes: [UInt8]) -> [UInt8] {
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
