# ruff: noqa: E501 - a corpus
"""Expressions that mean harm, or that broke something somewhere. Each must give a value or a clear refusal.

`HOSTILE` maps a theme to expressions, without `${` and `}`.
"""

_DEEP = [f"{'(' * n}1{')' * n}" for n in (10, 100, 400, 800, 1500)] + [
    f"{'[' * n}1{']' * n}" for n in (10, 60, 70, 500, 1500)
] + ["-" * 500 + "1", "1" + "+1" * 900, "a" + ".a" * 900, "{'a':" * 100 + "1" + "}" * 100, "1" + "?1:1" * 300,
     "function($x){" * 90 + "1" + "}" * 90, "inputs" + "[0]" * 600, "$not(" * 300 + "1" + ")" * 300,
     "inputs" + "^(a)" * 300, "1~>" * 200 + "$string", "'a'" + "&'a'" * 600, "(" * 2000, "[" * 2000, "{" * 2000,
     "/" * 2000, '"' * 1999, "`" * 1999, "$" * 2000, "." * 2000, "*" * 2000, "%" * 2000, "!" * 2000]  # fmt: skip

_LARGE = [
    "[1..10000000]", "[1..10000001]", "[1..1e18]", "[-9e18..9e18]", "$count([1..9999999])", "$sum([1..5000000])",
    "$map([1..3000000], function($v) { $v })", "$pad('x', 999999999)", "$pad('x', -999999999)", "$pad('x', 1e18)",
    "$join($map([1..1000000], function($v) { 'xxxxxxxxxxxxxxxxxxxxxxxxx' }))", "$reverse([1..5000000])",
    "$append([1..5000000], [1..5000000])", "$zip([1..2000000], [1..2000000])", "$sort([1..3000000], "
    "function($l, $r) { $l < $r })", "$reduce([1..3000000], function($a, $b) { $a + $b })",
    "($s := 'xxxxxxxxxx'; $t := $s & $s & $s & $s; $u := $t & $t & $t & $t & $t & $t; $u & $u & $u)",
    "($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('x', 40))",
    "($f := function($l, $n) { $n = 0 ? $l : $f($append($l, $l), $n - 1) }; $f([1], 40))",
    "$distinct([1..2000000])", "$shuffle([1..1000000])", "$string([1..3000000])", "$split($pad('', 20000000, 'ab'), '')",
    "$replace($pad('', 1000000, 'a'), 'a', $pad('', 1000, 'b'))", "$base64encode($pad('', 100000000, 'a'))",
    "[1..3000].([1..3000])", "[1..10000][$ in [1..10000]]", "$power(10, 308)", "$power(10, 309)", "$power(2, 1e9)",
    "$power(9, 1e300)", "9223372036854775807 + 1", "-9223372036854775808 - 1", "99999999999999999999999", "1e308 * 10",
    "1e999", "-1e999", "0 / 0", "1 / 0", "1 % 0", "$sqrt(-1)", "$round(1e308, 400)", "$round(1.5, -400)",
    "$formatNumber(1e300, '" + "#" * 1000 + "')", "$formatBase(9e15, 2)", "$formatBase(1, 99)", "$number('1e999')",
    "$number('" + "9" * 1000 + "')", "$toMillis('9999-99-99')", "$fromMillis(1e18)", "$fromMillis(-1e18)",
    "$fromMillis(0, '[Y9999999]')", "$formatInteger(1e15, 'w')", "$parseInteger('" + "9" * 1000 + "', '#')",
]  # fmt: skip

_ENDLESS = [
    "($f := function($n) { $f($n) }; $f(1))", "($f := function($n) { 1 + $f($n + 1) }; $f(1))",
    "($f := function() { $f() }; $f())", "($f := function($x) { $x($x) }; $f($f))",
    "(λ($f) { $f($f) })(λ($f) { $f($f) })", "($f := function($n) { $n <= 1 ? $n : $f($n - 1) + $f($n - 2) }; $f(60))",
    "($a := function() { $b() }; $b := function() { $a() }; $a())",
    "$map([1..1000], function($x) { $map([1..1000], function($y) { $map([1..1000], function($z) { $z }) }) })",
    "[1..1000].([1..1000].([1..1000]))", "$filter([1..1000000], function($v) { $contains($string($v), /(1+)+$/) })",
    "($f := function($n) { $map([1..10], $f) }; $f(1))", "$reduce([1..1000000], function($a, $b) { $a & $b })",
    "$sift({'a': 1}, function($v) { ($f := function() { $f() }; $f()) })",
    "$each({'a': 1}, function($v) { ($f := function($n) { $f($n) }; $f(1)) })",
]  # fmt: skip

_PATTERNS = [
    "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)", "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a|aa)+$/)",
    "$contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(([a-z])+.)+[A-Z]([a-z])+$/)",
    "$replace('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', /(x+x+)+y/, '')", "$split('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a*)*b/)",
    "$match('a', /(/)", "$match('a', /[/)", "$match('a', /a{1,99999999999}/)", "$match('a', /(?P<x>a)(?P=x)/)",
    "$match('a', /(?<=a+)b/)", "$match('a', /\\\\/)", "/a/", "/(a+)+$/", "[/a/]", "$replace('a', /a/, '$1$2$99')",
    "$replace('a', '', 'b')", "$split('a', '')", "$match('a', /a/i)", "$match('a', /a/zzz)", "$replace('aaa', /a*/, 'b')",
    "$replace('a', /a/, function($m) { $m })", "$match('ab', /(?:)/)", "//", "$match('x', //)",
]  # fmt: skip

_ESCAPES = [
    "__class__", "inputs.__class__", "inputs.__class__.__mro__", "inputs.city.__class__.__base__.__subclasses__()",
    "$$.__class__", "$string.__globals__", "$__class__", "$$.constructor", "inputs.constructor.constructor('return 1')()",
    "$lookup(inputs, '__class__')", "$lookup(inputs, '__proto__')", "$eval('1+1')", "$eval('$eval(\"1\")')",
    "($e := $eval; $e('1'))", "$map(['1+1'], $eval)", "'1+1' ~> $eval", "$random()", "($r := $random; $r())",
    "[1..3] ~> $shuffle", "$now ~> $string", "$env", "$getenv('HOME')", "$import('os')", "$require('fs')", "$open('/etc/passwd')",
    "$system('id')", "$exec('id')", "$__import__('os')", "$globals()", "$vars", "$jsonata('1')", "$error('boom')", "$error()",
    "$assert(false, 'no')", "$assert(true)", "steps", "steps.*", "steps.**", "steps[0]", "$keys(steps)", "$spread(steps)",
    "$lookup(steps, 'load')", "$each(steps, function($v) { $v })", "$merge([steps])", "$$", "$", "*", "**", "$$.*", "$$.**",
    "$keys($$)", "$string($$)", "$$[0]", "$$.steps", "$.steps", "$$.steps.hidden.output", "steps.hidden.output", "steps.'hidden'",
    "steps.`hidden`.output", "(steps)", "(steps).load", "[steps]", "{'s': steps}", "$clone($$)", "$ ~> |$|{'steps': 1}|",
    "$$ ~> |steps|{'x': 1}|", "inputs.%", "inputs.city.%.%", "inputs.city.%.steps.hidden", "secrets.key", "secrets", "env.PATH",
    "execution.secrets", "inputs ~> |$|{'city': 'changed'}|", "inputs ~> |$|{}, ['city']|", "$type($eval)", "$exists($random)",
]  # fmt: skip

_SYNTAX = [
    "", " ", ")", "(", "]", "}", "{", "a b", "1 2", "a..b", "a.", ".a", "1.", ".1", "1.a", "1e", "0x10", "--1", "+1", "a +",
    "* *", "a ? b", "a : b", "? :", ":=", "$a :=", ":= 1", "a := 1", "$ := 1", "$$ := 1", "function", "function(", "function()",
    "function() {", "function(a) { 1 }", "function($a $b) { 1 }", "λ", "λ()", "λ($x) {", "a[", "a[]", "a[][]", "a[1,2]", "a{", "a{}",
    "a{b}", "a{b:}", "{a:1}", "{'a'}", "{'a':}", "{'a':1,}", "{,}", "[,]", "[1,]", "[1..]", "[..1]", "[1..2..3]", "a^", "a^()", "a^b",
    "a^(<)", "a@", "a@b", "a@$", "a@$b@$c", "a#", "a#$", "a#b", "%", "%.a", "a.%.%.%", "~>", "a ~>", "~> a", "a ~> b", "1 ~> 2",
    "|a|", "|a|b|", "|a|{}|", "|a|{},|", "| | |", "$", "$1", "$$$", "$-", "$a.$b", "$a$b", "#", "@", "!", "a!", "a!=", "a==b",
    "a===b", "a&&b", "a||b", "a and", "and a", "or", "in", "a in", "null", "true", "false", "null.a", "true.a", "'a'.b", "1.5.5",
    "'", '"', "`", "'a", '"a', "`a", "'a\"", "'\\", "'\\x'", "'\\u'", "'\\u12'", "'\\ud800'", "'\\ud83d\\ude00'", "'\\u0000'",
    "'\\udc00\\ud800'", "/", "/a", "/*", "/* */", "*/", "/* a", "// a", "-- a", "; 1", "1;", "1; 2", "(1; 2)", "(;)", "(;;1)",
    "a,b", "$f(", "$f()", "$f)(", "$string(,)", "$string(1,,2)", "$string(1 2)", "$sum(1, 2, 3, 4)", "$sum('a')", "$length(1)",
    "$substring()", "$uppercase(1)", "$string()()", "1()", "'a'()", "[]()", "{}()", "null()", "inputs()", "inputs.city()",
    "\x00", "a\x00b", "\ud800", "\u202e", "\ufeff", "a\u200bb", "é", "变量", "😀", "inputs.变量", "$变量", "a\nb", "a\tb", "a\r\nb",
    "${inputs.city}", "$${inputs}", "}{", "{{}}", "{{", "}}", "%s", "%(a)s", "{0}", "{0.__class__}", "<script>", "' or 1=1 --",
]  # fmt: skip

HOSTILE: dict[str, list[str]] = {
    "deep": _DEEP,
    "large": _LARGE,
    "endless": _ENDLESS,
    "patterns": _PATTERNS,
    "escapes": _ESCAPES,
    "syntax": _SYNTAX,
}
