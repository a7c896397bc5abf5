"""Writes LanguageCases.json: small templates, one language feature each, and jinja2's results.

Run in this folder: python3 make_language_cases.py
"""
import json

from reference import render

VARIABLES = {
    "n": None, "t": True, "f": False, "i": 7, "neg": -7, "x": 2.5, "big": 1e16, "s": "Hello World",
    "u": "naïve 日本 😀 e\u0301", "e": "", "sp": "  a b  c \n", "html": "<a href=\"x\">'&'</a>",
    "l": [3, 1, 2], "ls": ["b", "A", "c"], "m": {"b": 1, "a": [1, {"z": None}], "items": 5},
    "people": [
        {"name": "Bo", "age": 30, "city": {"n": "X"}}, {"name": "al", "age": 25, "city": {"n": "Y"}},
        {"name": "Cy", "age": 30}],
    "nested": [[1, 2], [3]], "tree": [{"v": 1, "c": [{"v": 2, "c": []}]}, {"v": 3, "c": []}],
    "q": "it's", "d": "say \"x\"", "esc": "a\\b\n\t\r\u0001\u200b\u00a0",
}

TEMPLATES = r'''
{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 6 / 2 }}
{{ 2 ** 10 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }} {{ -2 ** 2 }} {{ 2.0 ** 0.5 }} {{ 0.1 + 0.2 }}
{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1e100 }} {{ 1e16 }} {{ 1e15 }} {{ 1.0 }} {{ 1e-5 }} {{ big }} {{ 100000.0 * 10 }}
{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1e3 }} {{ 1.5e+2 }} {{ 1_0.5_0 }}
{{ 1 / 0 }}
{{ 1 % 0 }}
{{ 1 // 0.0 }}
{{ true + 1 }} {{ true == 1 }} {{ 1 == 1.0 }} {{ '1' == 1 }} {{ none == false }} {{ [] == () }} {{ true and 2 }}
{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 != 2 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 2 >= 2.0 }} {{ 1 <= 0 }}
{{ 'a' < 1 }}
{{ none < 1 }}
{{ [1] < ['a'] }}
{{ 1 if t else 2 }} {{ 1 if f }} {{ 1 if f else 2 if f else 3 }} {{ (1 if f) is undefined }}
{{ not t }} {{ not not t }} {{ t and f or i }} {{ e or 'x' }} {{ n or 0 }} {{ f and missing.x }} {{ not e }}
{{ 'a' ~ 1 ~ none ~ 2.0 ~ [1, 'x'] ~ missing }} {{ 'a' 'b' "c" }} {{ 'x' + 'y' * 3 }} {{ 3 * 'ab' }} {{ [1] * 2 + [3] }}
{{ 'a' + 1 }}
{{ missing + 1 }}
{{ missing.x }}
{{ missing['x'] }}
{{ missing() }}
{{ s() }}
{{ s.nothing }} {{ s.nothing is defined }} {{ m.nothing }} {{ i.nothing }} {{ n.x }} {{ l[10] }} {{ l['x'] }} {{ m[1] }}
{{ s.nothing.more }}
{{ missing }} {{ missing is defined }} {{ missing is none }} {{ missing == missing2 }} {{ missing|length }} {{ missing|list }}
{% for x in missing %}{{ x }}{% else %}none{% endfor %}
{{ 'x' in missing }}
{{ missing in 'x' }}
{{ 1 in l }} {{ 9 not in l }} {{ 'b' in m }} {{ 'ell' in s }} {{ '' in s }} {{ 'é' in 'e\u0301' }} {{ 1.0 in l }} {{ (1, 2) in [(1, 2)] }}
{{ 1 in 'a' }}
{{ 1 in 5 }}
{{ m }} {{ l }} {{ (1,) }} {{ (1, 'a') }} {{ () }} {{ [] }} {{ {} }} {{ n }} {{ t }} {{ x }} {{ nested }}
{{ [q, d, esc, u, 'both \' and "'] }} {{ {'a': none, 1: 2.0, none: [true], (1, 2): 'x'} }}
{{ {'a': 1, 'a': 2, 1: 'i', 1.0: 'f', true: 'b'} }}
{{ {[1]: 2} }}
{{ s[0] }} {{ s[-1] }} {{ u[6] }} {{ u[2] }} {{ s[1:3] }} {{ s[::-1] }} {{ u[6:8] }} {{ s[:-6] }} {{ s[-3:] }} {{ s[::3] }} {{ s[5:2] }} {{ s[100] }} {{ s[-100:2] }}
{{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[-2:] }} {{ (1, 2, 3)[1:] }} {{ l[5:] }} {{ l[-100:100:1] }} {{ l[none:2] }} {{ range(5)[1:3] }} {{ l[2::-1] }} {{ l[2:0:-1] }}
{{ l[::0] }}
{{ l['a':] }}
{{ m[1:2] }}
{{ m.b }} {{ m['b'] }} {{ m['items'] }} {{ m.items() }} {{ m.keys() }} {{ m.values()|list }} {{ m.get('q') }} {{ m.get('q', 3) }} {{ m.get('b', 3) }} {{ m.a.1.z }} {{ m['a'][0] }}
{% for k, v in m.items() %}{{ loop.index }}{{ k }}={{ v }};{% endfor %} {% for k in m %}{{ k }}{% endfor %}
{{ m.items()[0] }} {{ m.items() is sequence }} {{ m.keys() is iterable }}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }}{{ loop.changed(x) }}|{% endfor %}
{% for x in l if x > 1 %}{{ x }}{{ loop.index }}{{ loop.last }}{% else %}no{% endfor %} {% for x in l if x > 9 %}{{ x }}{% else %}no{% endfor %}
{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %} {% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% break %}
{% for x in l %}{% macro k() %}{% break %}{% endmacro %}{% endfor %}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}-{{ b }} {% endfor %}{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
{% for a in 5 %}{{ a }}{% endfor %}
{% for a in none %}{{ a }}{% endfor %}
{% for c in u %}[{{ c }}]{% endfor %}{% for c in 'ab' %}{{ loop.last }}{% endfor %}
{% for x in nested %}{% for y in x %}{{ loop.depth }}{{ y }}{% endfor %}{{ loop.index }}{% endfor %}
{% for n in tree recursive %}{{ n.v }}{{ loop.depth0 }}{% if n.c %}({{ loop(n.c) }}){% endif %}{% endfor %}
{% for x in l %}{{ loop(l) }}{% endfor %}
{% for x in l %}{% set y = x %}{% endfor %}{{ y is defined }} {% set z = 0 %}{% for x in l %}{% set z = z + x %}{{ z }}{% endfor %}{{ z }}
{% set ns = namespace(a=1, b='x') %}{% for x in l %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}{{ ns['a'] }}
{% set ns = namespace({'k': 1}, j=2) %}{{ ns.k }}{{ ns.j }} {{ dict(a=1, b=2) }} {{ dict([('x', 1)], y=2) }} {{ dict(m, b=9) }}
{% set x.y = 1 %}
{% set a, b = 1, 2 %}{{ a }}{{ b }} {% set c = 1, 2 %}{{ c }} {% set (d, e) = [3, 4] %}{{ d }}{{ e }}
{% set v %} text {{ i }} {% endset %}[{{ v }}] {% set w | upper | trim %} ab {% endset %}[{{ w }}]
{% if f %}{% set k = 1 %}{% else %}{% set k = 2 %}{% endif %}{{ k }} {% if t %}{% set s = 'inner' %}{% endif %}{{ s }} {% if f %}{% set i = 1 %}{% endif %}{{ i }}
{% if n %}a{% elif i == 7 %}b{% elif t %}c{% else %}d{% endif %}{% if e %}x{% endif %}{% if l and m %}y{% endif %}
{% macro a(x, y=2, z='q') %}{{ x }}{{ y }}{{ z }}{% endmacro %}{{ a(1) }} {{ a(1, 3) }} {{ a(1, z=5) }} {{ a() }} {{ a(y=1, x=0) }} {{ a.name }}
{% macro a(x) %}{{ x }}{% endmacro %}{{ a(1, 2) }}
{% macro a(x) %}{{ x }}{% endmacro %}{{ a(y=2) }}
{% macro a(x) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ a(1, 2, 3, k=4) }}
{% macro a(x, y=x) %}{{ y }}{% endmacro %}{{ a(5) }}
{% macro a() %}{{ late }}{% endmacro %}{% set late = 3 %}{{ a() }}
{% macro a() %}{% set q = 1 %}{{ q }}{% endmacro %}{{ a() }}{{ q }}
{% macro fact(k) %}{% if k <= 1 %}1{% else %}{{ k * fact(k - 1)|int }}{% endif %}{% endmacro %}{{ fact(5) }}
{% macro w(tag) %}<{{ tag }}>{{ caller() }}</{{ tag }}>{% endmacro %}{% call w('b') %}in {{ i }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }};{% endfor %}{% endmacro %}{% call(v, k) each(l) %}{{ k }}={{ v }}{% endcall %}
{% macro opt() %}{{ caller is defined }}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}{{ opt() }}{% call opt() %}C{% endcall %}
{% macro none_() %}x{% endmacro %}{% call none_() %}C{% endcall %}
{% macro m1(a) %}{{ a|upper }}{% endmacro %}{% set r = m1('x') %}{{ r ~ r }} {{ r is string }} {{ m1('q')|length }}
{% filter upper %}ab{{ s }}{% endfilter %} {% filter replace('a', 'b')|upper %}aa{% endfilter %}
{% with a=1, b=i %}{{ a }}{{ b }}{% endwith %}{{ a is defined }} {% with %}{% set zz = 1 %}{{ zz }}{% endwith %}{{ zz is defined }}
{% generation %}{% set g = 1 %}x{{ i }}{% endgeneration %}{{ g is defined }}
{% block b %}in{{ i }}{% endblock b %}
{% raw %}{{ x }} {% if %}{# c #}{% endraw %}|{%- raw -%}  a  {%- endraw -%}|
a {#- c -#} b {# c #} c
{{ '{{' }} {{ '%}' }} {{ "}}" }} {{ {'a': {'b': 1}}['a']['b'] }}
{{ 'a\nb\tc\\d\'e\"f\x41\u00e9\U0001F600\101\q' }}
{{ i -}}   x   {{- i }}
a {% if t %} b {% endif %} c
{% if t -%}   x   {%- endif %}   y
{{ s|upper }} {{ s|lower }} {{ s|title }} {{ 'aB cD-eF'|title }} {{ "it's o'neil (x) [y]"|title }} {{ 'hELLO wORLD'|capitalize }} {{ 'straße'|upper }} {{ 'ÀB'|lower }}
{{ sp|trim }}| {{ 'xxaxx'|trim('x') }} {{ sp|length }} {{ u|length }} {{ l|length }} {{ m|count }} {{ e|length }}
{{ 5|length }}
{{ l|first }} {{ l|last }} {{ s|first }} {{ s|last }} {{ []|first }} {{ []|last }} {{ l|sum }} {{ l|min }} {{ l|max }} {{ []|min }} {{ ls|max }} {{ ls|max(case_sensitive=true) }}
{{ l|join }} {{ l|join(', ') }} {{ ls|join('|') }} {{ people|join(',', attribute='name') }} {{ 'abc'|join('-') }} {{ m|join }} {{ []|join(',') }}
{{ l|sort }} {{ l|sort(reverse=true) }} {{ ls|sort }} {{ ls|sort(case_sensitive=true) }} {{ people|sort(attribute='name')|map(attribute='name')|list }} {{ people|sort(attribute='age,name')|map(attribute='name')|list }} {{ people|sort(attribute='age', reverse=true)|map(attribute='name')|join }}
{{ [1, 'a']|sort }}
{{ m|dictsort }} {{ {'b': 1, 'A': 2, 'c': 0}|dictsort }} {{ {'b': 1, 'A': 2, 'c': 0}|dictsort(by='value') }} {{ {'b': 1, 'A': 2}|dictsort(true) }} {{ {'b': 1, 'A': 2}|dictsort(reverse=true) }}
{{ l|reverse|list }} {{ 'abc'|reverse }} {{ u|reverse }} {{ l|list }} {{ 'ab'|list }} {{ m|list }} {{ (1, 2)|list }} {{ range(3)|list }}
{{ people|map(attribute='age')|list }} {{ people[:2]|map(attribute='city.n')|list }} {{ people|map(attribute='zip', default='?')|list }} {{ ls|map('upper')|list }} {{ nested|map('first')|list }} {{ ls|map('replace', 'b', 'z')|join }} {{ nested|map(attribute=0)|list }} {{ l|map('string')|join }}
{{ l|select('odd')|list }} {{ l|reject('odd')|list }} {{ l|select('>', 1)|list }} {{ [0, 1, '', 'a', none]|select|list }} {{ people|selectattr('age', 'equalto', 30)|map(attribute='name')|list }} {{ people|rejectattr('city')|map(attribute='name')|list }} {{ people|selectattr('city', 'defined')|list|length }} {{ people|selectattr('age', 'in', [25])|list|length }}
{{ people|selectattr('age', 'gt', 26)|list|length }} {% for p in people|selectattr('age', 'eq', 30) %}{{ p.name }}{% endfor %} {{ (people|selectattr('age'))|first }}
{{ l|map('string')|length }}
{{ l|map('nope')|list }}
{{ l|nope }}
{{ l is nope }}
{{ l|select('nope')|list }}
{{ ls|unique|list }} {{ ['a', 'A', 'b']|unique|list }} {{ ['a', 'A']|unique(case_sensitive=true)|list }} {{ people|unique(attribute='age')|map(attribute='name')|list }} {{ [1, 1.0, 2]|unique|list }}
{% for k, v in people|groupby('age') %}{{ k }}:{{ v|map(attribute='name')|join('+') }};{% endfor %} {% for k, v in people|groupby('city.n', default='-') %}{{ k }}{{ v|length }}{% endfor %}
{{ people|sum(attribute='age') }} {{ people|min(attribute='age') }} {{ [[1], [2]]|sum(start=[]) }}
{{ [1, 2, 3, 4, 5]|batch(2)|list }} {{ [1, 2, 3]|batch(2, 'x')|list }} {{ [1, 2, 3, 4, 5]|slice(3)|list }} {{ [1, 2, 3, 4]|slice(3, 'x')|list }}
{{ missing|default('d') }} {{ e|default('d') }} {{ e|default('d', true) }} {{ n|default('d') }} {{ n|d('d', boolean=true) }} {{ missing|d }} {{ m.q|default(1) }} {{ 0|default(5, true) }}
{{ '42'|int }} {{ '4.7'|int }} {{ 'x'|int }} {{ 'x'|int(9) }} {{ 3.9|int }} {{ -3.9|int }} {{ '0x1F'|int(0, 16) }} {{ '101'|int(base=2) }} {{ ' 12 '|int }} {{ none|int }} {{ true|int }} {{ '1_000'|int }} {{ 'inf'|int }}
{{ '4.5'|float }} {{ 'x'|float }} {{ 'x'|float(1.5) }} {{ 3|float }} {{ '1e3'|float }} {{ 'nan'|float }} {{ '-inf'|float }} {{ '0x10'|float }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 2.345|round(1) }} {{ 7|round }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(method='floor') }} {{ 1234.5|round(-2) }} {{ 1250|round(-2) }} {{ 2.25|round(1) }} {{ -0.5|round }}
{{ 'x'|round }}
{{ -5|abs }} {{ -2.5|abs }} {{ i|abs }} {{ (-5)|abs }}
{{ 'a'|abs }}
{{ html|escape }} {{ html|e }} {{ html|safe }} {{ html|string }} {{ 5|string|length }} {{ n|string }}
{{ s|replace('o', '0') }} {{ s|replace('o', '0', 1) }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 'abc'|replace('', '-') }} {{ 5|replace('5', 'x') }} {{ 'aXbX'|replace('X', '') }}
{{ 'a\nb\n\nc'|indent }}| {{ 'a\nb'|indent(2, true) }}| {{ 'a\n\nb'|indent(2, blank=true) }}| {{ 'a\nb'|indent('> ') }}| {{ 'a\n'|indent }}|
{{ 'foo bar baz qux'|truncate(9) }} {{ 'foo bar baz qux'|truncate(9, true) }} {{ 'foo bar baz qux'|truncate(11) }} {{ 'foo bar baz qux'|truncate(11, false, '', 0) }} {{ 'short'|truncate(3) }}
{{ 'x'|center(5) }}| {{ 'ab'|center(5) }}| {{ 'abc'|center(2) }}| {{ 'ab'|center(6) }}|
{{ 'a b&c/é'|urlencode }} {{ {'a b': 1, 'c': 'd&e'}|urlencode }} {{ 'hello big world'|wordcount }} {{ "it's"|wordcount }}
{{ '%s-%d-%05.2f-%x-%5s|%-5s|%%' % ('a', 5, 3.14159, 255, 'r', 'l') }} {{ '%s' % 'x' }} {{ '%r' % 'x' }} {{ '%(a)s %(b)03d' % {'a': 1, 'b': 2} }} {{ '%+d % d %e %g %G' % (5, 5, 12345.678, 0.0001, 1e20) }} {{ '%o %X %#x %c %c' % (8, 255, 255, 65, 'z') }} {{ '%.2s' % 'abc' }} {{ '%s' % [1] }}
{{ '%d' % 'x' }}
{{ '%s %s' % 'x' }}
{{ '%s' % ('x', 'y') }}
{{ '%s and %s'|format('a', 1) }} {{ '%(x)s'|format(x=2) }}
{{ m|tojson }} {{ l|tojson }} {{ u|tojson }} {{ esc|tojson }} {{ html|tojson }} {{ n|tojson }} {{ t|tojson }} {{ x|tojson }} {{ (1, 2)|tojson }} {{ 1e16|tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }}
{{ m|tojson(indent=2) }} {{ []|tojson(indent=2) }} {{ {'a': []}|tojson(indent=4) }} {{ m|tojson(separators=(',', ':')) }} {{ m|tojson(sort_keys=true) }} {{ u|tojson(ensure_ascii=true) }} {{ m|tojson(indent=0) }} {{ m|tojson(indent=1, separators=(', ', ': ')) }}
{{ missing|tojson }}
{{ namespace()|tojson }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ "they're bill's".title() }} {{ 'hELLO'.capitalize() }} {{ s.swapcase() }} {{ s.startswith('He') }} {{ s.endswith(('x', 'ld')) }} {{ s.startswith('World', 6) }} {{ s.endswith('Hello', 0, 5) }}
{{ sp.strip() }}| {{ sp.lstrip() }}| {{ sp.rstrip() }}| {{ 'xyaxy'.strip('xy') }} {{ 'xya'.lstrip('x') }} {{ '\u00a0a\u3000'.strip() }}|
{{ 'a,b,,c'.split(',') }} {{ 'a b  c'.split() }} {{ ' a b '.split(' ') }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b  c '.split(none, 1) }} {{ ' a b  c '.rsplit(none, 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ 'a<x>b<x>c'.split('<x>')[-1] }} {{ 'abc'.split('c', maxsplit=2) }}
{{ 'a'.split('') }}
{{ 'a\nb\r\nc\rd\x0be'.splitlines() }} {{ 'a\nb\n'.splitlines(true) }} {{ 'a-b-c'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'abc'.partition('-') }} {{ 'abc'.rpartition('-') }}
{{ s.find('o') }} {{ s.rfind('o') }} {{ s.find('z') }} {{ s.index('W') }} {{ u.find('日') }} {{ s.count('l') }} {{ s.count('') }} {{ s.find('o', 5) }} {{ s.find('') }} {{ 'aaaa'.count('aa') }} {{ 'aaa'.rfind('aa') }}
{{ s.index('z') }}
{{ s.replace('l', 'L') }} {{ s.replace('l', 'L', 1) }} {{ '-'.join(['a', 'b']) }} {{ ''.join(ls) }} {{ ', '.join(m) }} {{ 'x'.join('abc') }}
{{ ','.join([1]) }}
{{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ 'a'.center(4, '*') }} {{ '5'.zfill(3) }} {{ '-5'.zfill(4) }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }} {{ 'x'.removeprefix('y') }}
{{ '5'.isdigit() }} {{ 'a'.isalpha() }} {{ 'a5'.isalnum() }} {{ ' '.isspace() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ ''.isdigit() }} {{ '½'.isnumeric() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ 'Ab Cd'.istitle() }} {{ 'é'.isascii() }} {{ '日'.isalpha() }} {{ '٣'.isdecimal() }}
{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x}-{y}'.format(x=1, y=2) }} {{ '{{}}'.format() }} {{ '{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}|{:x}|{:*^7}|{:+d}|{:%}'.format('a', 'b', 'c', 42, 3.14159, 1234567, 255, 'm', 5, 0.25) }} {{ '{:e} {:8.3f}|{:g}'.format(1234.5, 2.5, 0.00001) }}
{{ '{}'.format() }}
{{ l.index(1) }} {{ l.count(3) }} {{ (1, 2, 1).count(1) }} {{ l.copy() }} {{ m.copy().b }} {{ x.is_integer() }}
{{ l.append(1) }}
{{ l.pop() }}
{{ m.update({}) }}
{{ m.pop('b') }}
{{ l.index(99) }}
{{ i is number }}{{ x is float }}{{ i is integer }}{{ t is integer }}{{ t is boolean }}{{ t is true }}{{ f is false }}{{ 1 is true }}{{ n is none }}{{ s is string }}{{ m is mapping }}{{ l is sequence }}{{ s is sequence }}{{ m is iterable }}{{ i is iterable }}{{ l is mapping }}{{ t is number }}{{ range(2) is sequence }}
{{ i is odd }}{{ i is even }}{{ i is divisibleby 7 }}{{ i is divisibleby(2) }}{{ i is eq 7 }}{{ i is equalto(7) }}{{ i is ne 7 }}{{ i is gt 5 }}{{ i is lt(5) }}{{ i is ge 7 }}{{ i is le 7 }}{{ i is in [7] }}{{ i is sameas i }}{{ n is sameas none }}{{ 'a' is in 'abc' }}
{{ 'ABC' is upper }}{{ 'abc' is lower }}{{ '' is lower }}{{ s is not upper }}{{ s is not defined }}{{ missing is undefined }}{{ missing is not defined }}{{ s is callable }}{{ range is callable }}{{ s.upper is callable }}{{ 'upper' is filter }}{{ 'nope' is filter }}{{ 'odd' is test }}{{ s is escaped }}
{{ 'x' if s is defined and s is string else 'y' }} {{ (s is defined) == true }} {{ not s is defined }} {{ s is defined or missing.x }}
{{ -i is odd }}
{{ i is odd is even }}
{{ range(3)|list }} {{ range(1, 6, 2)|list }} {{ range(5, 0, -2)|list }} {{ range(0)|list }} {{ range(3) }} {{ range(1, 3) }} {{ range(0, 6, 2) }} {{ range(3)|length }} {{ range(3)[-1] }}
{{ range(1, 2, 0) }}
{{ range(1000000)|length }}
{{ range('a') }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }} {% set j = joiner(',') %}{{ j() }}a{{ j() }}b{{ j() }}
{{ raise_exception('stop') }}
{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %Y %B %A %a %y %j %I %p %e %-d %% %F %T %u %w') }}
{{ bos_token }}{{ eos_token }}{{ add_generation_prompt is defined }}
{{ [1, 2,] }} {{ {'a': 1,} }} {{ (1, 2,) }} {{ 1, 2 }} {{ i, }}
{{ dict(*[[('a', 1)]], **{'b': 2}) }} {% macro v(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ v(*[1, 2]) }}{{ v(**{'b': 1, 'a': 2}) }}
{{ nested[0][1] }} {{ m.a[1]['z'] }} {{ people[0].city.n }} {{ people[-1].name[0] }} {{ (l|sort)[0] }} {{ l|sort|first + 1 }} {{ 'a' ~ 'b'|upper }} {{ ('a' ~ 'b')|upper }}
{{ ns|attr('x') }}
{{ s|attr('upper')() }}
{{ 5|attr('x') }} {{ (s|attr('upper'))() }} {{ m|attr('b') }} {{ m|items|list }}
{{ people|map(attribute='name')|map('lower')|sort|join(' ') }} {% set g = l|map('string') %}{{ g|join }}{{ g|join }}|
{{ "a" if true }}{{ 'b' if false else '' }}{{ ('c') }}{{ ["d"][0] }}{{ {"e": "f"}.e }}{{ {"e": "f"}["e"] }}
{% set x = {'k': [1, 2]} %}{{ x.k[0] + x['k'][1] }}{% set x = x.k %}{{ x }}
{{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }} {{ 4611686018427387904 * 1 }}
{{ True }}{{ False }}{{ None }}{{ true is true }}
{% for i in range(3) %}{% for j in range(3) if j != i %}{{ i }}{{ j }} {% endfor %}{% endfor %}
{% for x in l %}{{ loop.index }}{% for y in ls %}{{ loop.index }}{% endfor %}{{ loop.last }} {% endfor %}
{{ l == [3, 1, 2] }} {{ m == {'items': 5, 'a': [1, {'z': none}], 'b': 1.0} }} {{ (1, 2) == [1, 2] }} {{ 'é' == 'e\u0301' }} {{ {'é': 1}['e\u0301'] }}
{% if not (t and f) %}p{% endif %}{% if t and not f %}q{% endif %}{% if not t == f %}r{% endif %}{% if 'a' not in s and 'H' in s %}z{% endif %}
{{ 'abc'[1:][0] }} {{ s.split(' ')[0].lower()[1:] }} {{ (s ~ '!').replace('!', '?')|upper }} {{ s.split()|last }} {{ s|length > 5 and s|length < 20 }}
{% set a = [] %}{% set a = a + [1] %}{% set a = a + [2] %}{{ a }} {% set d = dict(m, **{'new': 1}) %}{{ d.new }}
{%- set t = namespace(v=[]) -%}{%- for x in l -%}{%- set t.v = t.v + [x * 2] -%}{%- endfor -%}{{- t.v -}}
{{ foo
{% if %}x{% endif %}
{% if t %}x
{% unknown %}
{% for %}
{{ 1 + }}
{{ (1 }}
{{ 'x }}
{{ a b }}
{{ ] }}
{% set 1 = 2 %}
{% set none = 2 %}
{% else %}
{% macro %}{% endmacro %}
{{ f(a=1, 2) }}
{# open
{% raw %} open
{% include 'x' %}
{{ s | }}
{{ s is }}
{{ . }}
{{ s.'x' }}
{{ 1 if }}
{{ “x” }}
{{ u % [] }} {{ u % {} }} {{ u % missing }} {{ '%(b)s' % m }}
{{ '%(zz)s' % m }}
{{ '%(a)s' % [] }}
{{ t|round }} {{ f|round(-1) }} {{ -0.2|round(0, 'ceil') }} {{ 0.2|round(0, 'floor') }}
{{ 7|indent }}
{{ missing|indent }}
{{ m|truncate(5) }} {{ missing|truncate(5) is undefined }} {{ l|truncate(5) }}
{{ 7|truncate(5) }}
{{ m.b|string|truncate(1, true, '') }} {{ ls|truncate(1, true, '', 0) }}
{{ n|map('upper')|list }} {{ 0|select|list }} {{ f|selectattr('a')|list }} {{ n|rejectattr('a')|list }} {{ missing|reject|list }}
{{ 7|map('upper')|list }}
{{ [['a', 'b c'], [1, 'é/']]|urlencode }} {{ 7|urlencode }} {{ n|urlencode }}
{{ ['abc']|urlencode }}
{{ missing|int }}
{{ missing|float }}
{{ namespace(_a=1) }}
{% set ns = namespace(a=1) %}{% set ns._a = 2 %}
{{ missing.__class__ }}{{ s.__class__ }}{{ l.__len__ }}{{ m.__init__ }}
{{ s.__class__.__mro__ }}
{{ s.__class__() }}
{{ s|attr('__class__') is defined }}{{ l|attr('_x') is undefined }}
{{ l.append(4) }}
{{ m.update({'x': 1}) }}
{{ m.pop('b') }}
{{ l.sort() }}
{{ 2.5 is odd }} {{ 2.5 is even }} {{ 3.0 is odd }} {{ t is odd }}
{{ missing in m }} {{ missing is in m }} {{ {missing: 1} }} {{ missing is filter }}
{{ l is filter }}
{{ i is odd(1) }}
{{ i is eq }}
{{ i is eq(7, 8) }}
{{ i is divisibleby(num=7) }}
{% filter length %}abc{% endfilter %}
{% filter upper|list %}ab{% endfilter %}
{% set v | length %}abc{% endset %}{{ v + 1 }}
{{ 1 if i is defined if t else 2 }}
{{ i is defined and t }} {{ 1 if i is defined else 2 }} {{ (i is defined) if t else 2 }}
{{ none >= none }}
{{ missing <= missing }}
{{ [none] <= [none] }} {{ [none, 1] < [none, 2] }} {{ (1, none) >= (1, none) }}
{{ {} <= {} }}
{% macro a(x, y=1) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ a.name }} {{ a.arguments }} {{ a.catch_kwargs }} {{ a.catch_varargs }} {{ a.caller }}
{% macro a(caller) %}{{ caller() }}{% endmacro %}x
{% macro a(caller=none) %}{{ caller }}{% endmacro %}{{ a() }}
{{ dict.fromkeys(['a', 'b'], 1) }} {{ dict.fromkeys('ab') }} {{ dict.fromkeys([]) }}
{{ 10.0 ** 400 }}
{{ 0.0 ** -1 }}
{{ [none, none]|sort }} {{ sp|sort(attribute='age') }} {{ [{'a': none}, {'a': none}]|sort(attribute='a') }}
{{ [none, 1]|sort }}
{{ 'a\tbc\td\n\te'.expandtabs() }}|{{ 'a\tb'.expandtabs(4) }}|{{ 'a\tb'.expandtabs(0) }}
{{ 'a1'.isidentifier() }} {{ '1a'.isidentifier() }} {{ 'é_'.isidentifier() }} {{ ''.isidentifier() }} {{ 'a\n'.isprintable() }} {{ 'é '.isprintable() }} {{ ''.isprintable() }}
{{ '{a}-{b[0]}'.format_map({'a': 1, 'b': [2]}) }}
{{ 'a {x}'.format_map({'x': l}) }}
{{ '{0[a][1][z]} {0.b!r:>4} {1!s} {q!r}'.format(m, 'x', q='y') }}
{{ '{0.__class__}'.format(m) }}
{{ '{!x}'.format(1) }}
{{ 'The quick-brown fox  jumps over'|wordwrap(8) }}|{{ 'abcdefghij kl'|wordwrap(4, false) }}|{{ 'a-b cd-ef well-known x'|wordwrap(6) }}|{{ 'well-known words'|wordwrap(6, break_on_hyphens=false) }}
{{ '  a b  c \n  d\n\nlong-word-here'|wordwrap(5, wrapstring='|') }}
{{ 'a'|wordwrap(0) }}
{{ 1|filesizeformat }} {{ 0|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1536|filesizeformat(true) }} {{ 1e27|filesizeformat }} {{ '13000000'|filesizeformat }} {{ -5|filesizeformat }}
{{ 'x'|filesizeformat }} {{ n|filesizeformat(true) }}
{{ {'a': 1, 'b': none, 'c': '<"'}|xmlattr }}|{{ {}|xmlattr }}|{{ {'a': missing, 'b': ''}|xmlattr(false) }}
{{ {'a b': 1}|xmlattr }}
{{ m|tojson(indent='\t') }} {{ [[], {}, [1]]|tojson(indent='--') }} {{ ['  x']|tojson(indent='') }}
{{ s.nothing ~ s['nothing'] ~ m['nothing'].__class__ }}
'''

SEPARATE = [
    "", "\n", "a\n", "a\n\n", "\r\na\r\nb\r\n", "a\n{% if t %}\nb\n{% endif %}\nc\n",
    "a\n  {% if t %}  \n  b\n  {%- endif %}\n  c", "{{ s }}\n{{ s }}\n", "{% set q = 1 %}\n\n{{ q }}\n",
    "  {{- s -}}  \n x", "{# c #}\nx\n  {# d #}  \ny", "\t{% if t %}\tx{% endif %}", "{%- if t -%}\n x\n{%- endif -%}\n",
    "x {%- if t %} y {%- endif %} z", "a{% if t %}\r\nb{% endif %}", "{% for x in l %}\n  - {{ x }}\n{% endfor %}\nend",
    "\u00a0\u3000{%- if t -%}\u2003x{% endif %}", "{% raw %}\n a\n{% endraw %}\nb", "a\n  {% raw %}\n a\n  {% endraw %}\nb",
    "{{ 'a' }}{# x -#}   b", "a   {#- x #}b", "line1\n   {%+ if t %}keep{% endif %}", "{% if t +%}\nx{% endif %}",
    "{% set x %}\n  a\n{% endset %}\n[{{ x }}]", "{%if t%}x{%endif%}", "{{s}}{{-s-}}{{s}}", "{{ '\n' }}x", "{%- for x in l %}\n{{ x }}\n{%- endfor %}",
    "{{ {'a':1} }}", "{{ {'a':{'b':2}} }}}", "{ {% if t %}{ {% endif %} }", "{{{'a': 1}}}", "a{%", "a{{", "{", "#}", "%}", "}}",
    "{% call undefined_() %}x{% endcall %}", "{% for x in l -%}\n {{ x }},\n {%- endfor %}",
]

lines = TEMPLATES.strip("\n").split("\n")
several = [
    "{% if t %}x\n{% endif %}", "a\n{%- if t %}\n  b\n{%- endif %}\nc",
    "a\n  {% if t %}\n    b\n  {% endif %}\nc", "  {# c #}\n  x", "{# multi\nline #}after",
    "  {%+ if t %}x{% endif +%}\n\ny",
]
cases = [{"template": text, "text": render(text, VARIABLES)} for text in lines + several + SEPARATE]
with open("LanguageCases.json", "w", encoding="utf-8") as file:
    json.dump({"variables": VARIABLES, "cases": cases}, file, ensure_ascii=False, indent=0)
print(len(cases), "cases,", sum(c["text"] is None for c in cases), "raise")
