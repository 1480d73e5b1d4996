// Some dozen open samples of one series, packed where they stand: nothing here reaches the disk, so the form may change
// with any version. Packing must cost next to nothing, because a seal takes the samples out again within the hour; what
// it buys is memory, 16 bytes a sample otherwise. Whole chunks, which may take their time, are Codec's business.
//
//     times    first, then one step for all; or the changes of the step, zigzag LEB128
//     values   the first, where all are equal; or integers over a power of ten, as zigzag LEB128 differences; or bits

/// Packed samples of one series, in journal order.
struct HeadBlock: Sendable {
    let count: Int
    /// The oldest and the newest time, where times ascend; else the first and the last that came.
    let first: Timestamp
    let last: Timestamp
    private let step: Int64
    private let form: Form
    /// The packed columns.
    let bytes: [UInt8]

    /// What the bytes after the times hold.
    private enum Form: Sendable {
        case constant(Double)
        case decimals(power: Double)
        case bits
    }

    /// Powers of ten that are tried for values; what needs more is kept as it is.
    private static let powers: [Double] = [1, 10, 100, 1000, 1e4, 1e6]

    /// Packs samples, of which there are some. Gives back every bit of them.
    init(_ samples: Samples) {
        let (timestamps, values) = (samples.timestamps, samples.values)
        precondition(!timestamps.isEmpty, "a block holds samples")
        count = timestamps.count
        first = timestamps[0]
        last = timestamps[timestamps.count - 1]
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * count)
        step = Self.pack(timestamps, into: &bytes)
        form = Self.pack(values, into: &bytes)
        // Without the room that was reserved.
        self.bytes = Array(bytes[...])
    }

    /// The samples.
    var samples: Samples {
        var at = 0
        let timestamps = unpackedTimes(&at)
        return Samples(timestamps: timestamps, values: unpackedValues(at))
    }

    // Times

    /// The step of all, or 0 after the changes of the step.
    private static func pack(_ timestamps: [Timestamp], into bytes: inout [UInt8]) -> Int64 {
        let step = timestamps.count > 1 ? timestamps[1] &- timestamps[0] : 1
        var isRegular = step != 0
        for index in timestamps.indices.dropFirst() where timestamps[index] &- timestamps[index - 1] != step {
            isRegular = false
            break
        }
        if isRegular { return step }
        var before: Int64 = 0
        for index in timestamps.indices.dropFirst() {
            let step = timestamps[index] &- timestamps[index - 1]
            bytes.appendSigned(step &- before)
            before = step
        }
        return 0
    }

    private func unpackedTimes(_ at: inout Int) -> [Timestamp] {
        var timestamps: [Timestamp] = []
        timestamps.reserveCapacity(count)
        var (time, step) = (first, step)
        timestamps.append(time)
        let isRegular = step != 0
        for _ in 1..<max(count, 1) {
            if !isRegular { step = step &+ unzigzag(bytes.varint(at: &at)) }
            time = time &+ step
            timestamps.append(time)
        }
        return timestamps
    }

    // Values

    private static func pack(_ values: [Double], into bytes: inout [UInt8]) -> Form {
        let first = values[0]
        if values.allSatisfy({ $0.bitPattern == first.bitPattern }) { return .constant(first) }
        if let power = power(values) {
            var before: Int64 = 0
            for value in values {
                // `power` has seen that all of them are.
                let integer = Int64((value * power).nearestInteger)
                bytes.appendSigned(integer - before)
                before = integer
            }
            return .decimals(power: power)
        }
        for value in values { bytes.appendWord(value.bitPattern) }
        return .bits
    }

    /// The least power of ten that makes integers of all values.
    private static func power(_ values: [Double]) -> Double? {
        var index = 0
        for power in powers {
            // Whom a smaller power has made an integer, a larger one does too, or the last pass says that it does not.
            while index < values.count, Decimal.integer(values[index], power: power) != nil { index += 1 }
            if index == values.count {
                return values.allSatisfy { Decimal.integer($0, power: power) != nil } ? power : nil
            }
        }
        return nil
    }

    private func unpackedValues(_ start: Int) -> [Double] {
        switch form {
        case .constant(let value): return Array(repeating: value, count: count)
        case .decimals(let power):
            var (at, integer) = (start, Int64(0))
            return (0..<count).map { _ in
                integer += unzigzag(bytes.varint(at: &at))
                return Double(integer) / power
            }
        case .bits:
            return (0..<count).map { index in
                Double(bitPattern: bytes.span.littleEndian(at: start + 8 * index, as: UInt64.self))
            }
        }
    }
}
