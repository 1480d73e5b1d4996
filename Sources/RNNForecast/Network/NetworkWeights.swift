// A trained network at rest: its parameters, and their order for inference.

internal import RNNKernelTable

/// Parameters of a network, as trained and as a forecast reads them.
struct NetworkWeights: Sendable, Hashable {
    let shape: NetworkShape
    /// In the order of `NetworkShape`.
    let parameters: [Float]

    /// The plan of one forecast by a single layer in one direction; deeper networks run the kernels of training.
    var inference: InferencePlan {
        let stack = shape.stack
        return InferencePlan(
            cell: stack.cell, inputs: stack.inputs, hidden: stack.hidden, steps: shape.steps,
            context: shape.contextDesign?.features ?? 0, units: shape.contextDesign?.units ?? 0, outputs: shape.outputs)
    }

    /// Recurrent layer, heads and context by column, as `InferencePlan` wants them.
    func columns() -> [Float] {
        let plan = inference
        let (hidden, inputs) = (plan.hidden, plan.inputs)
        let rows = inputs + 1 + hidden
        var out = [Float](repeating: 0, count: plan.weightCount)
        switch plan.cell {
        case .elman, .relu, .lstm:
            for gate in 0..<plan.gateRows {
                for column in 0..<rows { out[column * plan.gateRows + gate] = parameters[gate * rows + column] }
            }
        case .gru:
            // r and z see everything; n is kept apart by what it reads: [1 ; h] behind the reset gate, and [x ; 1].
            let recurrent = 2 * hidden * rows
            let given = recurrent + hidden * (hidden + 1)
            for gate in 0..<(2 * hidden) {
                for column in 0..<rows { out[column * plan.gateRows + gate] = parameters[gate * rows + column] }
            }
            for unit in 0..<hidden {
                for column in 0...hidden {
                    out[(inputs + column) * plan.gateRows + 2 * hidden + unit] =
                        parameters[recurrent + unit * (hidden + 1) + column]
                }
                for column in 0...inputs {
                    out[column * plan.gateRows + 3 * hidden + unit] = parameters[given + unit * (inputs + 1) + column]
                }
            }
        }
        for output in 0..<plan.outputs {
            for column in 0...hidden {
                out[plan.headWeights + column * plan.outputs + output] =
                    parameters[shape.head + output * (1 + hidden) + column]
            }
        }
        guard plan.units > 0 else { return out }
        for output in 0..<plan.outputs {
            for unit in 0..<plan.units {
                out[plan.headWeights + (1 + hidden + unit) * plan.outputs + output] =
                    parameters[shape.contextHead + output * plan.units + unit]
            }
        }
        for unit in 0..<plan.units {
            let row = shape.context + unit * (plan.context + 1)
            out[plan.unitWeights + unit] = parameters[row + plan.context]
            for column in 0..<plan.context {
                out[plan.unitWeights + (1 + column) * plan.units + unit] = parameters[row + column]
            }
        }
        return out
    }

    /// The parameters as a stored model keeps them, most in half precision.
    func asStored() -> NetworkWeights {
        let rounded = parameters.enumerated().map { place, value in
            shape.isHalf(place) ? fullPrecision(halfPrecision(value)) : value
        }
        return NetworkWeights(shape: shape, parameters: rounded)
    }

    /// The highway in the order of a ridge.
    func ridge() -> [Float] {
        var out: [Float] = []
        let design = shape.design
        for lead in 0..<design.leads {
            out += parameters[(shape.highway + lead * design.width)..<(shape.highway + (lead + 1) * design.width)]
            for season in design.seasons.indices { out.append(parameters[shape.own + season * design.leads + lead]) }
        }
        return out
    }
}
