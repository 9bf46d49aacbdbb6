{
 "$asm.manifest": "http://purl.allotrope.org/manifests/plate-reader/REC/2025/03/plate-reader.manifest",
 "plate reader aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "plate reader document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "measurement A1 562",
       "sample document": {
        "location identifier": "A1",
        "sample identifier": "EV batch 7",
        "well plate identifier": "Plate 1",
        "sample role type": "standard sample role",
        "mass concentration": {
         "value": 250000.0,
         "unit": "pg/mL"
        }
       },
       "device control aggregate document": {
        "device control document": [
         {
          "device type": "detector",
          "detector wavelength setting": {
           "value": 562.0,
           "unit": "nm"
          }
         }
        ]
       },
       "absorbance": {
        "value": 0.512,
        "unit": "mAU"
       },
       "compartment temperature": {
        "value": 25.0,
        "unit": "degC"
       }
      }
     ],
     "measurement time": "2024-03-05T09:30:00+00:00",
     "plate well count": {
      "value": 96,
      "unit": "#"
     }
    }
   },
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "measurement A2 562",
       "sample document": {
        "location identifier": "A2",
        "sample identifier": "EV batch 7",
        "well plate identifier": "Plate 1",
        "sample role type": "unknown sample role"
       },
       "device control aggregate document": {
        "device control document": [
         {
          "device type": "detector",
          "detector wavelength setting": {
           "value": 562.0,
           "unit": "nm"
          }
         }
        ]
       },
       "absorbance": {
        "value": 0.257,
        "unit": "mAU"
       },
       "compartment temperature": {
        "value": 25.0,
        "unit": "degC"
       }
      }
     ],
     "measurement time": "2024-03-05T09:30:00+00:00",
     "plate well count": {
      "value": 96,
      "unit": "#"
     }
    }
   },
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "measurement A3 562",
       "sample document": {
        "location identifier": "A3",
        "sample identifier": "EV batch 7",
        "well plate identifier": "Plate 1",
        "sample role type": "unknown sample role"
       },
       "device control aggregate document": {
        "device contr