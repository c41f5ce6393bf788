package io.pandion.proxy.filter;

import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter.Value;
import io.pandion.proxy.filter.FilterGrammarParser.PathContext;
import io.pandion.proxy.filter.FilterGrammarParser.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Says what a name or path in an expression stands for.
final class Names {
  private final Source source;
  private final CollectionSchema schema;

  Names(Source source, CollectionSchema schema) {
    this.source = source;
    this.schema = schema;
  }

  /// A scalar field, or a path into a JSON field or the dynamic field.
  Value resolve(PathContext at) {
    String name = at.name.getText();
    Optional<FieldSchema> known = schema.find(name);
    if (known.isPresent()) {
      return field(known.get(), at);
    }
    FieldSchema dynamic =
        schema
            .dynamicField()
            .orElseThrow(
                () ->
                    source.invalid(
                        at,
                        "field '"
                            + name
                            + "' does not exist in collection '"
                            + schema.name()
                            + "' and its dynamic field is not enabled"));
    List<Object> steps = new ArrayList<>();
    if (!name.equals(CollectionSchema.DYNAMIC_FIELD)) {
      steps.add(name);
    }
    return path(dynamic, steps, at);
  }

  private Value field(FieldSchema field, PathContext at) {
    if (field.type().isVector()) {
      throw source.invalid(
          at, "field '" + field.name() + "' is a " + field.type() + ", which no filter can read");
    }
    if (field.type() == DataType.JSON) {
      return path(field, new ArrayList<>(), at);
    }
    if (!at.step().isEmpty()) {
      throw source.invalid(
          at,
          "'"
              + source.text(at)
              + "' is a path, but field '"
              + field.name()
              + "' is "
              + field.type()
              + ", not JSON");
    }
    return new Value.Field(field.id(), field.type());
  }

  private Value.JsonPath path(FieldSchema field, List<Object> steps, PathContext at) {
    for (StepContext step : at.step()) {
      steps.add(step(step));
    }
    return new Value.JsonPath(field.id(), steps);
  }

  private Object step(StepContext at) {
    return switch (at.key.getType()) {
      case FilterGrammarParser.StringLiteral, FilterGrammarParser.RawStringLiteral ->
          Literals.string(at.key, source);
      case FilterGrammarParser.IntegerConstant -> {
        long index = Literals.integer(at.key, source);
        if (index > Integer.MAX_VALUE) {
          throw source.invalid(at, "array index " + index + " is out of range");
        }
        yield (int) index;
      }
      default -> throw source.unsupported(at, "a field of structs ('" + at.key.getText() + "')");
    };
  }
}
