// The memory of a training run: one block, allocated once, in which every array of the step has its fixed place.
//
// Kernels receive the block's address and a plan with offsets into it; nothing is allocated in a training step. Rows of
// lanes start at multiples of 64 bytes, because a 512-bit load across two cache lines costs two. An arena belongs to one
// worker; it is not shared, and does not grow.

/// Numbers at fixed places, aligned for any vector width. Not thread-safe: one worker owns it.
@safe public final class Arena<Scalar: KernelScalar> {
    /// How many scalars the arena holds.
    public let count: Int
    let base: UnsafeMutablePointer<Scalar>

    /// Reserves and zeroes `count` scalars.
    public init(count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Scalar>.stride, alignment: 64)
        unsafe base = raw.bindMemory(to: Scalar.self, capacity: max(count, 1))
        unsafe base.initialize(repeating: 0, count: max(count, 1))
    }

    deinit { unsafe base.deallocate() }

    /// One scalar. Traps outside the arena.
    public subscript(index: Int) -> Scalar {
        get {
            precondition(index >= 0 && index < count)
            return unsafe base[index]
        }
        set {
            precondition(index >= 0 && index < count)
            unsafe base[index] = newValue
        }
    }

    /// Copies `values` to `offset` and on. Traps if they do not fit.
    public func write(_ values: [Scalar], at offset: Int) {
        precondition(offset >= 0 && offset + values.count <= count)
        unsafe values.withUnsafeBufferPointer { source in
            guard let address = source.baseAddress else { return }
            unsafe (base + offset).update(from: address, count: source.count)
        }
    }

    /// A copy of the scalars in `range`. Traps outside the arena.
    public func read(_ range: Range<Int>) -> [Scalar] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// Sets every scalar in `range`. Traps outside the arena.
    public func fill(_ range: Range<Int>, with value: Scalar) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        unsafe (base + range.lowerBound).update(repeating: value, count: range.count)
    }
}

/// Hands out places in an arena that is yet to be made.
public struct ArenaLayout: Sendable {
    /// How many scalars have been handed out.
    public private(set) var count = 0

    /// An empty layout.
    public init() {}

    /// A place of `size` scalars that starts at a multiple of 64 bytes (of Float), followed by one spare cache line, so
    /// that arrays of a power-of-two size do not all fall into the same cache sets.
    public mutating func reserve(_ size: Int) -> Int {
        let place = count
        count += (size + 15) / 16 * 16 + 16
        return place
    }
}
