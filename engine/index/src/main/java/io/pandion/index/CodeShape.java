package io.pandion.index;

/// How a product quantiser splits vectors.
///
/// @param parts of a vector; 0 leaves them to the dimension
/// @param stages of each part
/// @param bits of a code, 1 to 8
record CodeShape(int parts, int stages, int bits) {
  /// Bits of a code that are looked up at once; of more, a code becomes several stages.
  private static final int MOST_BITS = 8;

  /// Numbers that the words of an index have at most.
  private static final long MOST_WORDS = 1L << 26;

  /// @param parts `m`; 0 leaves it to the dimension
  /// @param residuals `nrq`
  /// @param bits `nbits`
  static CodeShape of(int parts, int residuals, int bits) {
    int each = (bits + MOST_BITS - 1) / MOST_BITS;
    return new CodeShape(parts, residuals * each, (bits + each - 1) / each);
  }

  /// The parts for a dimension: what was said, else as many as make half a byte a dimension.
  int parts(int dimension) {
    int usual = (dimension * 4 + stages * bits - 1) / (stages * bits);
    return Math.clamp(parts == 0 ? usual : parts, 1, dimension);
  }

  ProductQuantizer quantizer(int dimension) {
    return new ProductQuantizer(dimension, parts(dimension), stages, bits);
  }

  /// @throws io.pandion.model.PandionException INVALID_REQUEST when m does not divide the
  ///   dimension, or the words would take too much memory
  void check(int dimension) {
    if (parts != 0 && dimension % parts != 0) {
      throw IndexParams.wrong(
          "dimension must be able to be divided by `m`, dimension: " + dimension + ", m: " + parts);
    }
    long words = ProductQuantizer.words(dimension, parts(dimension), stages, bits);
    if (words > MOST_WORDS) {
      throw IndexParams.wrong(
          "the words of `nbits` and `nrq` at dimension "
              + dimension
              + " would take "
              + (words >> 18)
              + " MiB, more than "
              + (MOST_WORDS >> 18)
              + "; use fewer");
    }
  }
}
