package io.pandion.proxy.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.pandion.model.Filter.Value;
import io.pandion.protocol.TemplateArrayValue;
import io.pandion.protocol.TemplateValue;
import io.pandion.proxy.filter.FilterGrammarParser.TemplateContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.Token;

/// Values that stand in an expression or come as its templates: Boolean, Long, Double, String, or a
/// list of such.
final class Literals {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Source source;
  private final Map<String, TemplateValue> templates;

  Literals(Source source, Map<String, TemplateValue> templates) {
    this.source = source;
    this.templates = templates;
  }

  /// Decimal, `0x` hexadecimal, `0b` binary, or octal with a leading zero.
  static long integer(Token token, Source source) {
    return integer(token.getText(), token, source);
  }

  /// As [#integer(Token, Source)], negated: the smallest long has no positive twin.
  static long negated(Token token, Source source) {
    return integer("-" + token.getText(), token, source);
  }

  private static long integer(String signed, Token token, Source source) {
    String sign = signed.startsWith("-") ? "-" : "";
    String digits = signed.substring(sign.length());
    try {
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return Long.parseLong(sign + digits.substring(2), 16);
      }
      if (digits.startsWith("0b") || digits.startsWith("0B")) {
        return Long.parseLong(sign + digits.substring(2), 2);
      }
      boolean octal = digits.length() > 1 && digits.startsWith("0");
      return Long.parseLong(signed, octal ? 8 : 10);
    } catch (NumberFormatException e) {
      throw source.invalid(
          token.getStartIndex(), "'" + signed + "' is not an integer of 64 bits (0 leads octal)");
    }
  }

  static double real(Token token, Source source) {
    double value = Double.parseDouble(token.getText());
    if (Double.isInfinite(value)) {
      throw source.invalid(
          token.getStartIndex(), "'" + token.getText() + "' is beyond the range of DOUBLE");
    }
    return value;
  }

  static String string(Token token, Source source) {
    return token.getType() == FilterGrammarParser.RawStringLiteral
        ? token.getText().substring(2, token.getText().length() - 1)
        : new QuotedString(token, source).value();
  }

  Value.Literal template(TemplateContext at) {
    String name = at.Identifier().getText();
    TemplateValue value = templates.get(name);
    if (value == null) {
      throw source.invalid(
          at, "the value of expression template variable name {" + name + "} is not found");
    }
    return new Value.Literal(
        switch (value.getValCase()) {
          case BOOL_VAL -> value.getBoolVal();
          case INT64_VAL -> value.getInt64Val();
          case FLOAT_VAL -> finite(value.getFloatVal(), at);
          case STRING_VAL -> value.getStringVal();
          case ARRAY_VAL -> list(value.getArrayVal(), at);
          case VAL_NOT_SET -> throw source.invalid(at, "template {" + name + "} has no value");
        });
  }

  private double finite(double value, TemplateContext at) {
    if (!Double.isFinite(value)) {
      throw source.invalid(at, "template " + source.text(at) + " is " + value);
    }
    return value;
  }

  private List<Object> list(TemplateArrayValue array, TemplateContext at) {
    List<Object> out = new ArrayList<>();
    switch (array.getDataCase()) {
      case BOOL_DATA -> out.addAll(array.getBoolData().getDataList());
      case LONG_DATA -> out.addAll(array.getLongData().getDataList());
      case DOUBLE_DATA ->
          array.getDoubleData().getDataList().forEach(value -> out.add(finite(value, at)));
      case STRING_DATA -> out.addAll(array.getStringData().getDataList());
      case ARRAY_DATA ->
          array.getArrayData().getDataList().forEach(inner -> out.add(list(inner, at)));
      case JSON_DATA ->
          array.getJsonData().getDataList().forEach(bytes -> out.add(json(bytes, at)));
      case DATA_NOT_SET -> {} // an empty list
    }
    return out;
  }

  private Object json(ByteString bytes, TemplateContext at) {
    try {
      return json(JSON.readTree(bytes.toByteArray()), at);
    } catch (IOException e) {
      throw source.invalid(
          at, "template " + source.text(at) + " holds '" + bytes.toStringUtf8() + "', not JSON");
    }
  }

  private Object json(JsonNode node, TemplateContext at) {
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    if (node.isNumber()) {
      return finite(node.doubleValue(), at);
    }
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isArray()) {
      List<Object> out = new ArrayList<>();
      node.forEach(inner -> out.add(json(inner, at)));
      return out;
    }
    throw source.invalid(
        at, "template " + source.text(at) + " holds " + node.getNodeType() + ", no value");
  }
}
