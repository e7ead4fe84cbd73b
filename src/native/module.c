/* The module `structgrad._native`: the hot path in C, of which Python's is the definition. */
#define NATIVE_MODULE
#include "native.h"

/* As in structgrad/native.py, to be raised there and here when what both sides say to each other changes. */
enum { EDITION = 4 };

Python python;

/* connect_structs(class_kind, kind_of): once. */
static PyObject *connect_structs(PyObject *module, PyObject *args)
{
    if (!PyArg_ParseTuple(args, "OO", &python.class_kind, &python.kind_of))
        return NULL;
    Py_INCREF(args); /* both of them, for good */
    return Py_NewRef(Py_None);
}

/* connect_tape(Traced, TracedArray, Tape, Scatter, Parts, output, hold, settle, dense, accumulate, silence, is_zero,
   unpacked, add_view, negated): once. */
static PyObject *connect_tape(PyObject *module, PyObject *args)
{
    PyTypeObject *types[5];
    PyObject *of[10];
    if (!PyArg_ParseTuple(args, "O!O!O!O!O!OOOOOOOOOO", &PyType_Type, &types[0], &PyType_Type, &types[1], &PyType_Type,
                          &types[2], &PyType_Type, &types[3], &PyType_Type, &types[4], &of[0], &of[1], &of[2], &of[3],
                          &of[4], &of[5], &of[6], &of[7], &of[8], &of[9]))
        return NULL;
    Py_INCREF(args); /* all of them, for good */
    python.traced = types[0], python.traced_array = types[1], python.tape = types[2];
    python.scatter = types[3], python.parts = types[4];
    python.output = of[0], python.hold = of[1], python.settle = of[2], python.dense = of[3], python.accumulate = of[4];
    python.silence = of[5], python.is_zero = of[6], python.unpacked = of[7], python.add_view = of[8],
    python.negated = of[9];
    return Py_NewRef(Py_None);
}

/* claim(): True the first time. What `connect_structs` and `connect_tape` are told is kept once, so a package that is
   imported a second time in a process does without. */
static PyObject *claim(PyObject *module, PyObject *none)
{
    static int claimed = 0;
    return PyBool_FromLong(!claimed++);
}

/* Names of attributes and arguments, and where they are kept. */
typedef struct {
    PyObject **place;
    const char *text;
} Name;

static const Name names[] = {
    {&python.elementwise, "elementwise"},
    {&python.bounded, "bounded"},
    {&python.writes, "writes"},
    {&python.form, "form"},
    {&python.open, "open"},
    {&python.matches, "matches"},
    {&python.close, "close"},
    {&python.selects, "selects"},
    {&python.held, "held"},
    {&python.view, "_view"},
    {&python.out, "out"},
    {&python.leaves, "leaves"},
    {&python.where, "where"},
    {NULL, NULL},
};

static int prepare(void)
{
    python.float64 = (PyObject *)PyArray_DescrFromType(NPY_DOUBLE);
    python.float32 = (PyObject *)PyArray_DescrFromType(NPY_FLOAT);
    python.scalar_home = Py_BuildValue("(()O)", python.float64);
    python.scalar_home32 = Py_BuildValue("(()O)", python.float32);
    python.make = PyObject_GetAttrString((PyObject *)&PyBaseObject_Type, "__new__");
    for (const Name *name = names; name->text != NULL; name++)
        *name->place = PyUnicode_InternFromString(name->text);
    return PyErr_Occurred() ? -1 : 0;
}

static PyMethodDef functions[] = {
    {"claim", claim, METH_NOARGS, NULL},
    {"connect_structs", connect_structs, METH_VARARGS, NULL},
    {"connect_tape", connect_tape, METH_VARARGS, NULL},
    {"flatten", flatten, METH_O, NULL},
    {"build", build, METH_VARARGS, NULL},
    {"same_structure", same_structure, METH_VARARGS, NULL},
    {"recorder", recorder, METH_VARARGS, NULL},
    {"ufunc_hook", ufunc_hook, METH_VARARGS, NULL},
    {"function_hook", function_hook, METH_VARARGS, NULL},
    {"call_in_c", call_in_c, METH_VARARGS, NULL},
    {"caller", caller, METH_VARARGS, NULL},
    {"reader", reader, METH_VARARGS, NULL},
    {"stretched", stretched, METH_VARARGS, NULL},
    {"are_plain", are_plain, METH_O, NULL},
    {"traced_leaves", traced_leaves, METH_VARARGS, NULL},
    {"finished_leaves", finished_leaves, METH_VARARGS, NULL},
    {"negated", negated, METH_O, NULL},
    {"is_finite", is_finite, METH_O, NULL},
    {"add_rows", add_rows, METH_VARARGS, NULL},
    {"in_range", in_range, METH_VARARGS, NULL},
    {"summed_rows", summed_rows, METH_VARARGS, NULL},
    {"back", back, METH_VARARGS, NULL},
    {NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "structgrad._native",
    .m_size = -1,
    .m_methods = functions,
};

static int add(PyObject *module, const char *name, PyTypeObject *type)
{
    return PyType_Ready(type) < 0 ? -1 : PyModule_AddObjectRef(module, name, (PyObject *)type);
}

PyMODINIT_FUNC PyInit__native(void)
{
    import_array();
    /* As in a class without __new__, so that object.__new__ makes a value whose fields are yet to be set. */
    ValueFieldsType.tp_new = TapeFieldsType.tp_new = PyBaseObject_Type.tp_new;
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL || prepare() < 0 || PyType_Ready(&RecorderType) < 0 || PyType_Ready(&HookType) < 0 ||
        PyType_Ready(&CallerType) < 0 || PyType_Ready(&ReaderType) < 0 ||
        add(module, "ValueFields", &ValueFieldsType) < 0 || add(module, "TapeFields", &TapeFieldsType) < 0 ||
        add(module, "Counter", &CounterType) < 0 || PyModule_AddIntConstant(module, "EDITION", EDITION) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
