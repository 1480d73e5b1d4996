// Numbers in JSON that may be no finite ones: what the API writes and imports read.

internal import FoundationEssentials

/// A number as the API writes it: finite ones as numbers, others as "NaN", "+Inf", "-Inf".
package struct Number: Decodable, Sendable, Equatable {
    package let value: Double

    package init(_ value: Double) { self.value = value }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            value = number
            return
        }
        if container.decodeNil() {
            value = .nan
            return
        }
        switch try container.decode(String.self) {
        case "NaN": value = .nan
        case "+Inf", "Inf", "Infinity": value = .infinity
        case "-Inf", "-Infinity": value = -.infinity
        case let other:
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(other) is not a number")
        }
    }
}
