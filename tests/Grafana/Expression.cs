using System.Text.RegularExpressions;

namespace ProcImage.Tests.Grafana;

/// <summary>
/// The selectors and label lists of a PromQL expression. That it is one at all says Prometheus's own parser, see
/// <see cref="PromtoolTests"/>.
/// </summary>
public sealed partial class Expression
{
    private static readonly string[] _listKeywords = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly string[] _operators = ["and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"];
    private readonly List<string> _tokens;
    private readonly List<Selector> _selectors = [];
    private readonly List<string> _labels = [];
    private readonly List<string> _madeLabels = [];
    private readonly Stack<string> _functions = new([""]);

    public Expression(string text)
    {
        _tokens = [.. Tokens().Matches(text).Select(match => match.Value)];
        for (int at = 0; at < _tokens.Count;)
            at = Read(at);
    }

    public IReadOnlyList<Selector> Selectors => _selectors;

    /// <summary>What stands behind by, on, group_left and the like.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>What label_join and label_replace make.</summary>
    public IReadOnlyList<string> MadeLabels => _madeLabels;

    private string Token(int at) => at < _tokens.Count ? _tokens[at] : "";

    // Reads what begins there; returns where the next begins.
    private int Read(int at)
    {
        string token = Token(at), next = Token(at + 1);
        if (_listKeywords.Contains(token))
            return ReadLabels(at + 1);
        if (token == "(")
            _functions.Push("");
        else if (token == ")" && _functions.Count > 1)
            _functions.Pop();
        else if (token.StartsWith('"') && _functions.Peek() is ("label_join" or "label_replace"))
            ReadMadeLabel(token);
        else if (Name().IsMatch(token) && !_operators.Contains(token))
            return next == "(" ? ReadFunction(at) : _listKeywords.Contains(next) ? at + 1 : ReadSelector(at);
        return at + 1;
    }

    private int ReadFunction(int at)
    {
        _functions.Push(Token(at));
        return at + 2;
    }

    // The first text among the arguments; the others name something else.
    private void ReadMadeLabel(string token)
    {
        _madeLabels.Add(token.Trim('"'));
        _functions.Pop();
        _functions.Push("");
    }

    private int ReadLabels(int at)
    {
        if (Token(at) != "(")
            return at;
        int end = _tokens.IndexOf(")", at);
        _labels.AddRange(_tokens[(at + 1)..end].Where(token => token != ","));
        return end + 1;
    }

    private int ReadSelector(int at)
    {
        string metric = Token(at++), range = "";
        var matchers = new List<string>();
        if (Token(at) == "{")
        {
            int end = _tokens.IndexOf("}", at);
            matchers.AddRange(string.Concat(_tokens[(at + 1)..end].Select(token => token == "," ? "\n" : token))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries));
            at = end + 1;
        }

        if (Token(at) == "[")
        {
            int end = _tokens.IndexOf("]", at);
            range = string.Concat(_tokens[(at + 1)..end]);
            at = end + 1;
        }

        _selectors.Add(new Selector(metric, matchers, range, _functions.Peek()));
        return at;
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*" | \$?[A-Za-z_:][A-Za-z0-9_:]* | [0-9][0-9.a-z]* | [=!<>]=|=~|!~ | \S
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Tokens();

    [GeneratedRegex("^[A-Za-z_:][A-Za-z0-9_:]*$")]
    private static partial Regex Name();
}
