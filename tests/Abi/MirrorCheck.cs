using System.Runtime.CompilerServices;
using System.Text;
using ProcImage.Abi;

namespace ProcImage.Tests.Abi;

/// <summary>Compares the assembly ProcImage.Abi with an abi.h: that each has what the other has, by name, and, as assertions
/// that the compiler of the kernel side decides, that it is the same thing.</summary>
internal sealed class MirrorCheck
{
    private readonly Header _header;
    private readonly List<string> _faults = [];
    private readonly StringBuilder _program;

    private MirrorCheck(Header header)
    {
        _header = header;
        _program = new StringBuilder(header.Source);
    }

    /// <summary>What differs, one thing a line, by its name in C; nothing when the two agree.</summary>
    public static IReadOnlyList<string> Run(string headerText)
    {
        var check = new MirrorCheck(Header.Read(headerText));
        check.Structs();
        check.Enums();
        check.ImageMask();
        check.Constants();
        return [.. check._faults, .. Clang.Run(check._program.ToString(), "-fsyntax-only", "-ferror-limit=0").Errors];
    }

    // What the kernel side never sees is told by how it is written: structs that are readonly, enums of int.
    private static IEnumerable<Type> PublicTypes => typeof(Limits).Assembly.GetExportedTypes().Where(type =>
        type.IsEnum ? type.GetEnumUnderlyingType() != typeof(int) : !type.IsDefined(typeof(IsReadOnlyAttribute), false));

    private void Structs()
    {
        var all = PublicTypes.Where(type => type.IsValueType && !type.IsEnum).ToList();
        var structs = all.Where(type => Layout.LengthOf(type) == 0).ToList();
        Same("struct", structs.Select(type => Names.Snake(type.Name)), _header.Structs.Keys);
        foreach (var type in structs)
            Struct(type);

        // An array has no name in C: it is checked where it is a field.
        var used = structs.SelectMany(Layout.FieldsOf).Select(field => field.FieldType).ToHashSet();
        used.UnionWith([.. used.Where(type => Layout.LengthOf(type) != 0).Select(Layout.ElementOf)]);
        _faults.AddRange(all.Except(structs).Except(used).Select(type => $"{type.Name} is not part of any struct"));
    }

    private void Struct(Type type)
    {
        var name = Names.Snake(type.Name);
        if (!_header.Structs.TryGetValue(name, out var inC))
            return;
        var fields = Layout.FieldsOf(type).ToDictionary(field => Names.Snake(field.Name));
        Same($"struct {name}: field", fields.Keys, inC);
        Assert($"sizeof(struct {name}) == {Layout.SizeOf(type)}", $"size of {name}");
        foreach (var (field, info) in fields.Where(field => inC.Contains(field.Key)))
        {
            var label = $"{name}.{field}";
            Assert($"__builtin_offsetof(struct {name}, {field}) == {Layout.OffsetOf(info)}", $"offset of {label}");
            Field($"((struct {name} *)0)->{field}", label, info.FieldType);
        }
    }

    private void Field(string value, string label, Type type)
    {
        Assert($"sizeof({value}) == {Layout.SizeOf(type)}", $"size of {label}");
        if (Layout.LengthOf(type) is > 0 and var length)
        {
            Assert($"sizeof({value}) / sizeof({value}[0]) == {length}", $"length of {label}");
            Field($"{value}[0]", $"{label}[0]", Layout.ElementOf(type));
        }
        else if (type.IsPrimitive || type.IsEnum)
        {
            // A character is neither: its sign is the platform's.
            var signed = Type.GetTypeCode(type) is TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64;
            if (Type.GetTypeCode(type) != TypeCode.Byte)
                Assert($"((__typeof__({value}))-1 < 0) == {(signed ? 1 : 0)}", $"sign of {label}");
        }
        else
        {
            Assert(
                $"__builtin_types_compatible_p(__typeof__({value}), struct {Names.Snake(type.Name)})",
                $"type of {label}");
        }
    }

    private void Enums()
    {
        var enums = PublicTypes.Where(type => type.IsEnum && type != typeof(ImageSet)).ToList();
        Same("enum", enums.Select(type => Names.Snake(type.Name)), _header.Enums.Keys);
        foreach (var type in enums)
        {
            var name = Names.Snake(type.Name);
            if (!_header.Enums.TryGetValue(name, out var inC))
                continue;
            var members = Members(type).ToDictionary(
                member => NameInC(type, member.Name, inC), member => member.Value);
            if (type.IsDefined(typeof(FlagsAttribute), false) && members.GetValueOrDefault(Empty(type), 1UL) == 0)
                members.Remove(Empty(type));
            Same($"enum {name}: member", members.Keys, inC);
            foreach (var (member, value) in members.Where(member => inC.Contains(member.Key)))
                Assert($"{member} == {value}", $"value of {member}");
        }
    }

    /// <summary>Flags without a flag: that needs no name in C.</summary>
    private static string Empty(Type type) => Names.Prefix(type.Name) + "NONE";

    /// <summary>IMAGE_KEYTIME, or bare as NAMED_BY_ALL and the counts (IMAGES).</summary>
    private static string NameInC(Type type, string member, string[] inC)
    {
        var bare = Names.Scream(member);
        return inC.Contains(bare) ? bare : Names.Prefix(type.Name) + bare;
    }

    /// <summary>In C a mask of images is written as 1 &lt;&lt; IMAGE_X.</summary>
    private void ImageMask()
    {
        var images = Enum.GetNames<Image>().Where(name => name != nameof(Image.Images)).ToList();
        Same("ImageSet", Enum.GetNames<ImageSet>(), [.. images, nameof(ImageSet.None), nameof(ImageSet.All)]);
        foreach (var (name, value) in Members(typeof(ImageSet)))
        {
            var inC = name switch
            {
                nameof(ImageSet.None) => "0",
                nameof(ImageSet.All) => "(1 << IMAGES) - 1",
                _ => $"1 << IMAGE_{Names.Scream(name)}",
            };
            Assert($"{value} == ({inC})", $"value of ImageSet.{name}");
        }
    }

    private void Constants()
    {
        var constants = typeof(Limits).GetFields().ToDictionary(field => Names.Scream(field.Name));
        Same("constant", constants.Keys, _header.Constants);
        foreach (var (name, field) in constants.Where(constant => _header.Constants.Contains(constant.Key)))
            Assert($"({name}) == {field.GetRawConstantValue()}", $"value of {name}");
    }

    private static IEnumerable<(string Name, ulong Value)> Members(Type type) =>
        Enum.GetNames(type).Select(name => (name, Convert.ToUInt64(Enum.Parse(type, name))));

    private void Same(string what, IEnumerable<string> inCSharp, IEnumerable<string> inC)
    {
        var (here, there) = (inCSharp.ToList(), inC.ToList());
        _faults.AddRange(here.Except(there).Select(name => $"{what} {name} is missing in C"));
        _faults.AddRange(there.Except(here).Select(name => $"{what} {name} is missing in C#"));
    }

    private void Assert(string condition, string message) =>
        _program.AppendLine($"_Static_assert({condition}, \"{message}\");");
}
