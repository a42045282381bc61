using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Libbpf;
using Libbpf.Native;

namespace ProcImage.Tests.Unit.Libbpf;

/// <summary>The C compiler judges every structure, number and flag that the binding repeats.</summary>
public class NativeLayoutTests
{
    /// <summary>Names that C spells differently; null where C has a nameless hole or a bit field.</summary>
    private static readonly Dictionary<string, string?> _respelled = new()
    {
        ["bpf_object_open_opts.removed_attach_prog_fd"] = null,
        ["bpf_map_info.pad"] = null,
        ["bpf_prog_info.pad"] = null,
        ["bpf_prog_info.gpl_compatible_bit"] = null,
        ["bpf_iter_link_info.tid"] = "task.tid",
        ["bpf_iter_link_info.pid"] = "task.pid",
        ["bpf_iter_link_info.pid_fd"] = "task.pid_fd",
        ["btf_type.size_or_type"] = "size",
    };

    private static readonly Dictionary<Type, string> _spelling = new()
    {
        [typeof(bpf_iter_link_info)] = "union bpf_iter_link_info",
        [typeof(PollFd)] = "struct pollfd",
    };

    public static TheoryData<Type> Structures()
    {
        var data = new TheoryData<Type>();
        foreach (var type in typeof(LibbpfNative).Assembly.GetTypes())
        {
            if (type is { IsValueType: true, IsByRefLike: false, IsEnum: false, IsNested: false }
                && type.Namespace == typeof(LibbpfNative).Namespace)
                data.Add(type);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Structures))]
    public void A_structure_is_laid_out_as_in_C(Type type)
    {
        string name = _spelling.GetValueOrDefault(type, $"struct {type.Name}");
        var source = new StringBuilder();
        // The kernel's union behind the head of a link differs by kind, so only the head is mirrored.
        if (type != typeof(bpf_link_info))
            Assert(source, $"sizeof({name}) == {SizeOf(type)}");
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            string? member = _respelled.GetValueOrDefault($"{type.Name}.{field.Name}", field.Name);
            if (member is not null)
                Assert(source, $"offsetof({name}, {member}) == {Marshal.OffsetOf(type, field.Name)}");
        }

        Compile(source);
    }

    [Fact]
    public void There_are_structures_to_check() => Xunit.Assert.NotEmpty(Structures());

    [Fact]
    public void Error_numbers_are_those_of_the_C_library()
    {
        var source = new StringBuilder();
        foreach (var constant in Constants(typeof(Errno)).Where(c => c.Name != nameof(Errno.ENOTSUPP)))
            Assert(source, $"{constant.Name} == {constant.GetRawConstantValue()}");
        for (int errno = 4000; errno <= 4010; errno++)
            Assert(source, $"{Errno.Name(errno)} == {errno}");
        Compile(source);
    }

    [Fact]
    public void Flags_and_kinds_are_those_of_the_headers()
    {
        var source = new StringBuilder();
        foreach (var constant in Constants(typeof(LibcNative)).Concat(Constants(typeof(LibbpfNative))))
        {
            if (constant.Name != "Library")
                Assert(source, $"{constant.Name} == {constant.GetRawConstantValue()}");
        }

        Assert(source, $"BPF_ANY == {(int)MapUpdate.Any}");
        Assert(source, $"BPF_NOEXIST == {(int)MapUpdate.NoExist}");
        Assert(source, $"BPF_EXIST == {(int)MapUpdate.Exist}");
        Assert(source, "BPF_F_RDONLY == 8");
        Assert(source, "BPF_STATS_RUN_TIME == 0");
        Assert(source, "BPF_TRACE_RAW_TP == 23");
        Compile(source);
    }

    [Theory]
    [InlineData(BpfMapType.Hash, "HASH")]
    [InlineData(BpfMapType.Array, "ARRAY")]
    [InlineData(BpfMapType.PerCpuHash, "PERCPU_HASH")]
    [InlineData(BpfMapType.PerCpuArray, "PERCPU_ARRAY")]
    [InlineData(BpfMapType.LruHash, "LRU_HASH")]
    [InlineData(BpfMapType.LruPerCpuHash, "LRU_PERCPU_HASH")]
    [InlineData(BpfMapType.PerCpuCgroupStorage, "PERCPU_CGROUP_STORAGE")]
    [InlineData(BpfMapType.RingBuffer, "RINGBUF")]
    [InlineData(BpfMapType.TaskStorage, "TASK_STORAGE")]
    [InlineData(BpfMapType.UserRingBuffer, "USER_RINGBUF")]
    public void Map_types_have_the_kernels_numbers(BpfMapType type, string name)
    {
        var source = new StringBuilder();
        Assert(source, $"BPF_MAP_TYPE_{name} == {(int)type}");
        Compile(source);
    }

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).Where(f => f.IsLiteral);

    private static int SizeOf(Type type) => Marshal.SizeOf(type);

    private static void Assert(StringBuilder source, string condition) =>
        source.Append("_Static_assert(").Append(condition).Append(", \"").Append(condition).AppendLine("\");");

    private static void Compile(StringBuilder assertions)
    {
        string source = """
            #include <errno.h>
            #include <fcntl.h>
            #include <poll.h>
            #include <stddef.h>
            #include <sys/eventfd.h>
            #include <linux/bpf.h>
            #include <linux/btf.h>
            #include <bpf/bpf.h>
            #include <bpf/libbpf.h>

            """ + assertions;
        var start = new ProcessStartInfo("gcc", ["-x", "c", "-fsyntax-only", "-D_GNU_SOURCE", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var compiler = Process.Start(start)!;
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Xunit.Assert.True(compiler.ExitCode == 0, errors);
    }
}
