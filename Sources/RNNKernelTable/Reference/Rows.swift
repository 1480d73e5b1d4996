// Pointers to rows of lanes and to scalars, for the plain loops.

/// Rows of `batch` numbers each, unchecked: plans are checked by `KernelTable`.
@safe struct Rows<Scalar: KernelScalar> {
    let base: UnsafeMutablePointer<Scalar>
    let batch: Int

    init(_ memory: UnsafeMutablePointer<Scalar>, _ offset: Int, batch: Int) {
        unsafe base = memory + offset
        self.batch = batch
    }

    subscript(row: Int, lane: Int) -> Scalar {
        get { unsafe base[row * batch + lane] }
        nonmutating set { unsafe base[row * batch + lane] = newValue }
    }

    /// The rows from `row` on.
    func from(_ row: Int) -> Rows { unsafe Rows(base, row * batch, batch: batch) }
}

/// Numbers, unchecked.
@safe struct Numbers<Scalar: KernelScalar> {
    let base: UnsafeMutablePointer<Scalar>

    init(_ memory: UnsafeMutablePointer<Scalar>, _ offset: Int) { unsafe base = memory + offset }

    subscript(index: Int) -> Scalar {
        get { unsafe base[index] }
        nonmutating set { unsafe base[index] = newValue }
    }
}
