// A trained network at rest, as it serves and as it is stored.
//
// Layers are in half precision. Heads are whole numbers of a byte with a scale for each output: they are most of a near
// network, and an offset's hundredth is nothing beside the spread it describes. The highway is whole numbers of two bytes
// with a scale for each lead, because near leads may be forecast to a thousandth of the window's scale; leads beyond
// `NetworkShape.exactLeads` take one byte. What is stored is what serves, bit for bit.

internal import RNNKernelTable

/// Parameters of a network in the order in which a forecast reads them.
struct NetworkWeights: Sendable, Hashable {
    let shape: NetworkShape
    /// As `InferencePlan` wants them: layers and context units, bias and scale of the heads, highway, own lags. Of several
    /// layers, or of two directions, the first part is in the order of training.
    let floats: [Float]
    /// The heads, `[states + units][outputs]`.
    let bytes: [Int8]
    /// `[leads]`: what a whole number of the highway is worth.
    let leadScales: [Float]

    /// The parts as they were stored.
    init(
        shape: NetworkShape, layers: [Float], bias: [Float], scale: [Float], bytes: [Int8], leadScales: [Float],
        highway: [[Int]]
    ) {
        self.shape = shape
        let layerPlaces = shape.layerPlaces()
        let columns = shape.readout == .last ? shape.design.weights : 0
        let count = layerPlaces.count + 2 * shape.outputs + columns * shape.design.leads
        // Arrays that grew would keep up to twice the room for as long as the model serves.
        var floats = [Float](repeating: 0, count: count + InferencePlan.slack)
        for (place, layer) in layerPlaces.enumerated() where layer >= 0 { floats[place] = layers[layer] }
        var place = layerPlaces.count
        for number in bias + scale {
            floats[place] = number
            place += 1
        }
        for column in 0..<columns {
            for (lead, numbers) in highway.enumerated() {
                floats[place] = Float(numbers[column]) * leadScales[lead]
                place += 1
            }
        }
        self.floats = floats
        var heads = [Int8](repeating: 0, count: bytes.count + InferencePlan.slack)
        for (place, number) in bytes.enumerated() { heads[place] = number }
        self.bytes = heads
        self.leadScales = leadScales
    }

    /// Rounds trained parameters, in the order of `NetworkShape`, to what will be stored.
    init(shape: NetworkShape, parameters: [Float]) {
        let layers = shape.layerParameters.map { fullPrecision(halfPrecision(parameters[$0])) }
        let (states, units, outputs) = (shape.stack.summary, shape.contextDesign?.units ?? 0, shape.outputs)
        var (bias, scale): ([Float], [Float]) = ([], [])
        var bytes = [Int8](repeating: 0, count: (states + units) * outputs)
        for output in 0..<outputs {
            let row = shape.head + output * (1 + states)
            let first = shape.contextHead + output * units
            let weights = parameters[(row + 1)..<(row + 1 + states)] + parameters[first..<(first + units)]
            let (unit, numbers) = wholeNumbers(Array(weights), most: 127)
            bias.append(fullPrecision(halfPrecision(parameters[row])))
            scale.append(unit)
            for (j, number) in numbers.enumerated() { bytes[j * outputs + output] = Int8(number) }
        }
        var (leadScales, highway): ([Float], [[Int]]) = ([], [])
        for lead in 0..<(shape.readout == .last ? shape.design.leads : 0) {
            let (unit, numbers) = wholeNumbers(
                shape.highwayPlaces(lead: lead).map { parameters[$0] }, most: shape.mostOfHighway(lead: lead))
            leadScales.append(unit)
            highway.append(numbers)
        }
        self.init(
            shape: shape, layers: layers, bias: bias, scale: scale, bytes: bytes, leadScales: leadScales,
            highway: highway)
    }

    /// The plan of one forecast by a single layer in one direction; deeper networks run the kernels of training.
    var inference: InferencePlan {
        let (stack, design) = (shape.stack, shape.design)
        let hasHighway = shape.readout == .last
        return InferencePlan(
            cell: stack.cell, inputs: stack.inputs, hidden: stack.hidden, steps: shape.steps,
            context: shape.contextDesign?.features ?? 0, units: shape.contextDesign?.units ?? 0,
            outputs: shape.outputs, common: hasHighway ? design.width : 0, leads: hasHighway ? design.leads : 0,
            seasons: hasHighway ? design.seasons.count : 0)
    }

    /// Layers and context units, in the order of training.
    var layers: [Float] {
        let order = shape.layerParameters
        var of = [Float](repeating: 0, count: order.count)
        for (place, layer) in shape.layerPlaces().enumerated() where layer >= 0 { of[layer] = floats[place] }
        return of
    }

    /// Bias and scale of each output of the heads.
    var heads: (bias: ArraySlice<Float>, scale: ArraySlice<Float>) {
        let first = shape.layerPlaces().count
        return (floats[first..<(first + shape.outputs)], floats[(first + shape.outputs)..<(first + 2 * shape.outputs)])
    }

    /// The highway of a lead in units of its scale: common columns, then own lags.
    func highwayNumbers(lead: Int) -> [Int] {
        let first = heads.scale.endIndex
        return (0..<shape.design.weights).map { column in
            leadScales[lead] > 0
                ? Int((floats[first + column * shape.design.leads + lead] / leadScales[lead]).rounded()) : 0
        }
    }

    /// All parameters, in the order of `NetworkShape`.
    var parameters: [Float] {
        var out = [Float](repeating: 0, count: shape.parameterCount)
        for (place, value) in zip(shape.layerParameters, layers) { out[place] = value }
        let (bias, scale) = heads
        let (states, units) = (shape.stack.summary, shape.contextDesign?.units ?? 0)
        for output in 0..<shape.outputs {
            let (b, s) = (bias[bias.startIndex + output], scale[scale.startIndex + output])
            out[shape.head + output * (1 + states)] = b
            for j in 0..<states {
                out[shape.head + output * (1 + states) + 1 + j] = s * Float(bytes[j * shape.outputs + output])
            }
            for j in 0..<units {
                out[shape.contextHead + output * units + j] =
                    s * Float(bytes[(states + j) * shape.outputs + output])
            }
        }
        for lead in leadScales.indices {
            let first = scale.endIndex
            for (column, place) in shape.highwayPlaces(lead: lead).enumerated() {
                out[place] = floats[first + column * shape.design.leads + lead]
            }
        }
        return out
    }
}

/// Numbers as whole multiples, at most `most`, of a unit.
private func wholeNumbers(_ numbers: [Float], most: Int) -> (unit: Float, multiples: [Int]) {
    let unit = numbers.reduce(0) { max($0, abs($1)) } / Float(most)
    // Where the unit is no normal number, all of them are nothing.
    guard unit.isNormal else { return (0, numbers.map { _ in 0 }) }
    return (unit, numbers.map { min(max(Int(($0 / unit).rounded()), -most), most) })
}

extension NetworkShape {
    /// The largest whole number of a lead's highway: two bytes, or one.
    func mostOfHighway(lead: Int) -> Int { lead < Self.exactLeads ? 32_767 : 127 }

    /// The parameters of layers and context units, in the order of training.
    var layerParameters: [Int] { Array(0..<head) + Array(context..<contextHead) }

    /// The parameters of a lead's highway: common columns, then own lags.
    func highwayPlaces(lead: Int) -> [Int] {
        (0..<design.width).map { highway + lead * design.width + $0 }
            + design.seasons.indices.map { own + $0 * design.leads + lead }
    }

    /// For every number of layers and context units that a forecast reads, its index in `layerParameters`; -1 where it reads
    /// a zero.
    func layerPlaces() -> [Int] {
        var out = stack.isSingle ? columnPlaces() : Array(0..<head)
        guard let units = contextDesign?.units, let features = contextDesign?.features else { return out }
        // The constant, last in training, comes first in a forecast.
        for column in [features] + Array(0..<features) {
            for unit in 0..<units { out.append(head + unit * (features + 1) + column) }
        }
        return out
    }

    /// The recurrent layer by column.
    private func columnPlaces() -> [Int] {
        let (inputs, hidden) = (stack.inputs, stack.hidden)
        let rows = inputs + 1 + hidden
        guard stack.cell == .gru else {
            let gates = stack.cell == .lstm ? 4 * hidden : hidden
            return (0..<rows).flatMap { column in (0..<gates).map { $0 * rows + column } }
        }
        // r and z see everything; n is kept apart by what it reads: [1 ; h] behind the reset gate, and [x ; 1].
        let recurrent = 2 * hidden * rows
        let given = recurrent + hidden * (hidden + 1)
        var out: [Int] = []
        for column in 0..<rows {
            for gate in 0..<(2 * hidden) { out.append(gate * rows + column) }
            for unit in 0..<hidden {
                out.append(column < inputs ? -1 : recurrent + unit * (hidden + 1) + column - inputs)
            }
            for unit in 0..<hidden { out.append(column > inputs ? -1 : given + unit * (inputs + 1) + column) }
        }
        return out
    }
}
