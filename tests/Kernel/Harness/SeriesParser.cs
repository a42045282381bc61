using System.Text;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Reads <c>name{label="value",...} value</c>.</summary>
public sealed class SeriesParser(string line)
{
    private int _at;

    public Series Parse()
    {
        string name = Until('{', ' ');
        var labels = new Dictionary<string, string>();
        if (line[_at] == '{')
        {
            _at++;
            while (line[_at] != '}')
            {
                string label = Until('=');
                _at += 2;
                labels.Add(label, QuotedValue());
                if (line[_at] == ',')
                    _at++;
            }

            _at++;
        }

        string key = line[.._at];
        return new Series(key, name, labels, line[(_at + 1)..].Split(' ')[0]);
    }

    private string Until(params char[] ends)
    {
        int start = _at;
        _at = line.IndexOfAny(ends, _at);
        return line[start.._at];
    }

    private string QuotedValue()
    {
        var value = new StringBuilder();
        while (line[_at] != '"')
        {
            if (line[_at] == '\\')
                value.Append(line[++_at] == 'n' ? '\n' : line[_at]);
            else
                value.Append(line[_at]);
            _at++;
        }

        _at++;
        return value.ToString();
    }
}
