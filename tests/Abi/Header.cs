using System.Text.Json;

namespace ProcImage.Tests.Abi;

/// <summary>What an abi.h declares, by name, as the compiler reads it.</summary>
internal sealed class Header
{
    private const string IncludeGuard = "PROC_IMAGE_ABI_H";

    private const string Integers = """
        typedef unsigned short __u16;
        typedef unsigned int __u32;
        typedef int __s32;
        typedef unsigned long long __u64;
        typedef long long __s64;

        """;

    private Header(string source) => Source = source;

    /// <summary>The text, after the integer types that it expects.</summary>
    public string Source { get; }

    /// <summary>Field names in their order, by struct.</summary>
    public Dictionary<string, string[]> Structs { get; } = [];

    /// <summary>Member names, by enum.</summary>
    public Dictionary<string, string[]> Enums { get; } = [];

    public HashSet<string> Constants { get; private init; } = [];

    public static Header Read(string text)
    {
        var header = new Header(Integers + text) { Constants = [.. Macros(text).Except(Macros(""))] };
        header.Constants.Remove(IncludeGuard);

        var (tree, errors) = Clang.Run(header.Source, "-fsyntax-only", "-Xclang", "-ast-dump=json");
        if (errors.Count != 0)
            throw new InvalidDataException(string.Join('\n', errors));
        using var json = JsonDocument.Parse(tree, new JsonDocumentOptions { MaxDepth = 1024 });
        foreach (var declaration in Inner(json.RootElement).Where(node => !node.TryGetProperty("isImplicit", out _)))
            header.Add(declaration);
        return header;
    }

    private void Add(JsonElement declaration)
    {
        switch (declaration.GetProperty("kind").GetString())
        {
            case "RecordDecl":
                Structs.Add(Name(declaration), NamesOf(declaration, "FieldDecl"));
                break;
            case "EnumDecl":
                Enums.Add(Name(declaration), NamesOf(declaration, "EnumConstantDecl"));
                break;
        }
    }

    private static string[] NamesOf(JsonElement declaration, string kind) =>
        [.. Inner(declaration).Where(node => node.GetProperty("kind").GetString() == kind).Select(Name)];

    private static JsonElement.ArrayEnumerator Inner(JsonElement node) =>
        node.TryGetProperty("inner", out var inner) ? inner.EnumerateArray() : default;

    private static string Name(JsonElement node) =>
        node.TryGetProperty("name", out var name) ? name.GetString()! : "(without a name)";

    private static IEnumerable<string> Macros(string text) =>
        Clang.Run(text, "-E", "-dM").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[1]);
}
