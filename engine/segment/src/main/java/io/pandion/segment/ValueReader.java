package io.pandion.segment;

import io.pandion.model.Filter.Value;
import io.pandion.model.Filter.Value.Operator;
import java.util.function.LongFunction;

/// Reads a [Value] of a row into a [Slot]. Made once a filter; one thread.
abstract class ValueReader {
  abstract void read(int row, Slot into);

  static ValueReader of(Value value, LongFunction<FieldValues> fields) {
    return switch (value) {
      case Value.Field f -> field(fields.apply(f.id()));
      case Value.JsonPath p -> new Json(fields.apply(p.fieldId()), new JsonPathReader(p.steps()));
      case Value.Literal l -> new Constant(l.value());
      case Value.Arithmetic a ->
          new Calculation(a.operator(), of(a.left(), fields), of(a.right(), fields));
    };
  }

  private static ValueReader field(FieldValues values) {
    return new ValueReader() {
      @Override
      void read(int row, Slot into) {
        if (values.isNull(row)) {
          into.unknown();
          return;
        }
        switch (values.field().type()) {
          case BOOL -> into.set(values.longAt(row) != 0);
          case INT8, INT16, INT32, INT64 -> into.set(values.longAt(row));
          case FLOAT, DOUBLE -> into.set(values.doubleAt(row));
          case VARCHAR -> into.set(values.stringAt(row));
          case JSON, FLOAT_VECTOR -> into.other();
        }
      }
    };
  }

  private static final class Json extends ValueReader {
    private final FieldValues values;
    private final JsonPathReader path;

    Json(FieldValues values, JsonPathReader path) {
      this.values = values;
      this.path = path;
    }

    @Override
    void read(int row, Slot into) {
      if (values.isNull(row)) {
        into.unknown();
      } else {
        path.read(values.jsonAt(row), into);
      }
    }
  }

  private static final class Constant extends ValueReader {
    private final Object value;

    Constant(Object value) {
      this.value = value;
    }

    @Override
    void read(int row, Slot into) {
      into.setBoxed(value);
    }
  }

  private static final class Calculation extends ValueReader {
    private final Operator operator;
    private final ValueReader left;
    private final ValueReader right;
    private final Slot second = new Slot();

    Calculation(Operator operator, ValueReader left, ValueReader right) {
      this.operator = operator;
      this.left = left;
      this.right = right;
    }

    @Override
    void read(int row, Slot into) {
      left.read(row, into);
      right.read(row, second);
      if (!into.isNumber() || !second.isNumber()) {
        into.unknown();
      } else if (into.kind == Slot.Kind.LONG
          && second.kind == Slot.Kind.LONG
          && operator != Operator.POWER) {
        integers(into);
      } else {
        reals(into);
      }
    }

    private void integers(Slot into) {
      long a = into.integer;
      long b = second.integer;
      if (b == 0 && (operator == Operator.DIVIDE || operator == Operator.MODULO)) {
        into.unknown();
        return;
      }
      into.set(
          switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MODULO -> a % b;
            case POWER -> throw new IllegalStateException("power is real");
          });
    }

    private void reals(Slot into) {
      double a = into.asDouble();
      double b = second.asDouble();
      double result =
          switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MODULO -> a % b;
            case POWER -> Math.pow(a, b);
          };
      if (Double.isNaN(result)) {
        into.unknown();
      } else {
        into.set(result);
      }
    }
  }
}
