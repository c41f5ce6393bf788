/**
 * The filter expressions of Milvus.
 *
 * One rule for conditions and values: which of the two an expression is, and whether its types
 * agree, is decided afterwards, with better messages than a grammar can give. Alternatives stand
 * from the tightest binding to the loosest. Keywords are lower or upper case, as in Milvus, so that
 * a field may be named "In".
 */
grammar FilterGrammar;

@parser::members {
  /** How deep expressions may nest before parsing stops. */
  static final int MAX_NESTING = 320;

  private int nesting;

  @Override
  public void enterRecursionRule(ParserRuleContext context, int state, int rule, int precedence) {
    super.enterRecursionRule(context, state, rule, precedence);
    if (++nesting > MAX_NESTING) {
      throw new org.antlr.v4.runtime.misc.ParseCancellationException();
    }
  }

  @Override
  public void unrollRecursionContexts(ParserRuleContext parent) {
    nesting--;
    super.unrollRecursionContexts(parent);
  }
}

filter
  : expr EOF
  ;

expr
  : IntegerConstant                                                    # Int
  | FloatConstant                                                      # Real
  | BooleanConstant                                                    # Bool
  | text=(StringLiteral | RawStringLiteral)                            # Text
  | '{' Identifier '}'                                                 # Template
  | '[' (expr (',' expr)* ','?)? ']'                                   # Items
  | '(' expr ')'                                                       # Parens
  | Identifier '(' (argument (',' argument)* ','?)? ')'                # Call
  | Identifier StringLiteral                                           # Typed
  | name=(Identifier | Meta) step*                                     # Path
  | '$' ('[' Identifier ']')?                                          # Element
  | expr op=(IsNull | IsNotNull)                                       # NullTest
  | Exists expr                                                        # Exist
  | expr op='**' expr                                                  # Arithmetic
  | op=('+' | '-' | '~') expr                                          # Sign
  | expr op=('*' | '/' | '%') expr                                     # Arithmetic
  | expr op=('+' | '-') expr                                           # Arithmetic
  | expr op=('<<' | '>>') expr                                         # Bitwise
  | expr op=Like expr                                                  # Like
  | expr op=('=~' | '!~') expr                                         # Regex
  | expr Not? In expr                                                  # Membership
  | expr op=('<' | '<=' | '>' | '>=') expr                             # Relation
  | expr op=('==' | '!=') expr                                         # Equality
  | expr op='&' expr                                                   # Bitwise
  | expr op='^' expr                                                   # Bitwise
  | expr op='|' expr                                                   # Bitwise
  | Not expr                                                           # Negation
  | expr And expr                                                      # Conjunction
  | expr Or expr                                                       # Disjunction
  ;

step
  : '[' key=(StringLiteral | RawStringLiteral | IntegerConstant | Identifier) ']'
  ;

argument
  : (Identifier '=')? expr
  ;

And: '&&' | 'and' | 'AND';
Or: '||' | 'or' | 'OR';
Not: '!' | 'not' | 'NOT';
In: 'in' | 'IN';
Like: 'like' | 'LIKE';
Exists: 'exists' | 'EXISTS';
IsNull: ('is' | 'IS') Blank+ NullWord;
IsNotNull: ('is' | 'IS') Blank+ ('not' | 'NOT') Blank+ NullWord;
BooleanConstant: 'true' | 'True' | 'TRUE' | 'false' | 'False' | 'FALSE';
Meta: '$meta';
Identifier: [a-zA-Z_] [a-zA-Z_0-9]*;

IntegerConstant
  : Digit+
  | '0' [xX] HexDigit+
  | '0' [bB] [01]+
  ;

FloatConstant
  : (Digit+ '.' Digit* | '.' Digit+) Exponent?
  | Digit+ Exponent
  | '0' [xX] (HexDigit+ '.'? HexDigit* | '.' HexDigit+) [pP] [+-]? Digit+
  ;

StringLiteral
  : '"' (~["\\\r\n] | '\\' .)* '"'
  | '\'' (~['\\\r\n] | '\\' .)* '\''
  ;

RawStringLiteral
  : [rR] '"' (~["\\\r\n] | '\\' ~[\r\n])* '"'
  | [rR] '\'' (~['\\\r\n] | '\\' ~[\r\n])* '\''
  ;

Space: Blank+ -> skip;

fragment Blank: [ \t\r\n];
fragment NullWord: 'null' | 'NULL';
fragment Digit: [0-9];
fragment HexDigit: [0-9a-fA-F];
fragment Exponent: [eE] [+-]? Digit+;
