// The matrix product of a few weights with rows of lanes: C[m][batch] = A[m][k] B[k][batch].
//
// Weights that are used at every step are packed once a minibatch into panels of `tileRows` rows, `[panel][k][tileRows]`,
// so that a tile reads them in order; a tile of `tileRows` x 2 vectors of sums stays in registers over all k. It does so only as long as every loop over the
// tile is unrolled: what is to be done with the sums comes after they are stored.

/// Packs rows `0 ..< m` of row-major `a[m][stride]`, columns `0 ..< k`, into panels, padded with zeros.
@inline(always)
func pack(_ a: Scalars, stride: Int, rows m: Int, columns k: Int, into panels: Scalars) {
    var out = panels
    var row = 0
    while row < m {
        let source = a + row &* stride
        if m &- row >= tileRows {
            for column in 0..<k {
                for j in 0..<tileRows { out[column &* tileRows &+ j] = source[j &* stride &+ column] }
            }
        } else {
            packRest(k, m &- row, into: out) { j, column in source[j &* stride &+ column] }
        }
        out = out + k &* tileRows
        row = row &+ tileRows
    }
}

/// Packs the transpose: row j of the product is column `first + j` of row-major `a[k][stride]`.
@inline(always)
func packTransposed(
    _ a: Scalars, stride: Int, firstColumn first: Int, rows m: Int, columns k: Int, into panels: Scalars
) {
    var out = panels
    var row = 0
    while row < m {
        let source = a + (first &+ row)
        if m &- row >= tileRows {
            for column in 0..<k {
                for j in Swift.stride(from: 0, to: tileRows, by: 4) {
                    out.storeFour(source.four(at: column &* stride &+ j), at: column &* tileRows &+ j)
                }
            }
        } else {
            packRest(k, m &- row, into: out) { j, column in source[column &* stride &+ j] }
        }
        out = out + k &* tileRows
        row = row &+ tileRows
    }
}

/// The last panel, of which only `present` rows exist.
@inline(never)
private func packRest(_ k: Int, _ present: Int, into out: Scalars, _ weight: (_ row: Int, _ column: Int) -> Float) {
    for column in 0..<k {
        for j in 0..<tileRows { out[column &* tileRows &+ j] = j < present ? weight(j, column) : 0 }
    }
}

/// Floats that the panels of an `m` x `k` matrix take.
@inline(always) func panelCount(rows m: Int, columns k: Int) -> Int {
    (m &+ tileRows &- 1) / tileRows &* tileRows &* k
}

/// Where a tile of the product finds the weights of its rows.
struct Weights {
    /// The first weight.
    let base: Scalars
    /// From one row to the next, for the first row of a tile.
    let row: Int
    /// From one row to the next within a tile.
    let tile: Int
    /// From one column to the next.
    let column: Int

    /// Panels of `packed` columns, for weights that are used at every step of a window.
    @inline(always)
    static func panels(_ panels: Scalars, columns packed: Int) -> Weights {
        Weights(base: panels, row: packed, tile: 1, column: tileRows)
    }

    /// Row-major weights as they are: for those that are used once, packing would cost more than it saves. The last tile
    /// reads on beyond the last row; what it makes of it is not kept.
    @inline(always)
    static func rows(_ a: Scalars, stride: Int) -> Weights { Weights(base: a, row: stride, tile: stride, column: 1) }

    /// The transpose of row-major weights, as they are.
    @inline(always)
    static func columns(_ a: Scalars, stride: Int) -> Weights { Weights(base: a, row: 1, tile: 1, column: stride) }
}

/// `c = A b`, or `c += A b`, where rows of `b` and `c` are `width` vectors (an even number), and A has `k` columns.
///
/// `finish` is called for each block of rows once it is stored: the first vector of `c` and how many. Rows beyond `m`
/// are not written.
@inline(always)
func multiply(
    _ a: Weights, rows m: Int, depth k: Int, _ b: Vectors, width: Int, into c: Vectors, adding: Bool = false,
    finish: (_ first: Int, _ count: Int) -> Void = { _, _ in }
) {
    var row = 0
    while row < m {
        let present = min(tileRows, m &- row)
        var column = 0
        while column < width {
            var sums = emptyProducts()
            var weights = a.base + row &* a.row
            var x = b + column
            for _ in 0..<k {
                let x0 = x[0]
                let x1 = x[1]
                for j in 0..<tileRows {
                    let w = all(weights[j &* a.tile])
                    sums[at: 2 &* j] = multiplyAdd(w, x0, sums[at: 2 &* j])
                    sums[at: 2 &* j &+ 1] = multiplyAdd(w, x1, sums[at: 2 &* j &+ 1])
                }
                x = x + width
                weights = weights + a.column
            }
            let out = c + (row &* width &+ column)
            if present == tileRows {
                if adding {
                    for j in 0..<tileRows {
                        out[j &* width] += sums[at: 2 &* j]
                        out[j &* width &+ 1] += sums[at: 2 &* j &+ 1]
                    }
                } else {
                    for j in 0..<tileRows {
                        out[j &* width] = sums[at: 2 &* j]
                        out[j &* width &+ 1] = sums[at: 2 &* j &+ 1]
                    }
                }
            } else {
                for j in 0..<tileRows where j < present {
                    let before0 = adding ? out[j &* width] : .zero
                    let before1 = adding ? out[j &* width &+ 1] : .zero
                    out[j &* width] = before0 + sums[at: 2 &* j]
                    out[j &* width &+ 1] = before1 + sums[at: 2 &* j &+ 1]
                }
            }
            column = column &+ 2
        }
        finish(row &* width, present &* width)
        row = row &+ tileRows
    }
}
